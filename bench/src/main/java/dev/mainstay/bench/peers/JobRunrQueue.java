package dev.mainstay.bench.peers;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Collection;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;

/// JobRunr as its documentation has it: job requests enqueued as a stream, which it stores in batches, one background
/// job server on virtual threads, the smallest poll interval its SQL storage takes. A finished job stays in its table.
/// Used by one thread.
final class JobRunrQueue implements PeerQueue {
    private static final int CONNECTIONS = 24;
    private static final Duration POLL = Duration.ofSeconds(5);

    private final HikariDataSource connections;
    private final HikariDataSource workerConnections;
    private final JobRequestScheduler client;

    JobRunrQueue(PeerDatabase database) {
        connections = database.pool(2);
        workerConnections = database.pool(CONNECTIONS);
        client = JobRunr.configure()
                .useJsonMapper(new Jackson3JsonMapper())
                .useStorageProvider(SqlStorageProviderFactory.using(connections))
                .initialize()
                .getJobRequestScheduler();
    }

    @Override
    public void enqueue(Collection<String> payloads) {
        client.enqueue(payloads.stream().map(NoOpJob::new));
    }

    @Override
    public void start(Runnable handled) {
        NoOpJob.handledBy(handled);
        JobRunr.configure()
                .useJsonMapper(new Jackson3JsonMapper())
                .useStorageProvider(SqlStorageProviderFactory.using(workerConnections))
                .useBackgroundJobServer(BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andPollInterval(POLL))
                .initialize();
    }

    @Override
    public void stop() {
        JobRunr.destroy();
    }

    @Override
    public String emptying() {
        return "TRUNCATE jobrunr_jobs, jobrunr_backgroundjobservers";
    }

    @Override
    public String counting() {
        return "SELECT count(*) FROM jobrunr_jobs WHERE state <> 'SUCCEEDED'";
    }

    @Override
    public void close() {
        workerConnections.close();
        connections.close();
    }
}
