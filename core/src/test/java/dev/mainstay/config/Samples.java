package dev.mainstay.config;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Settings records for the tests of this package: a program with a server, a heartbeat and agents. */
final class Samples {
    private Samples() {}

    enum Strategy {
        ONE_FOR_ONE,
        ALL_FOR_ONE,
        REST_FOR_ONE
    }

    record Program(
            @Doc("The HTTP server.") Server server,
            @Doc("The database.") Database database,
            @Doc("How agents report.") Heartbeat heartbeat,
            @Doc("The agents by id.") Map<String, Agent> agents) {}

    record Server(
            @Default("7070") @Doc("The port to listen on.") int port,

            @Default("localhost, 127.0.0.1") @Doc("Accepted host names.")
            List<String> hosts,

            @Doc("The key of the administrator.") @Nullable Secret adminKey) {

        Server {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port must be from 0 to 65535, was " + port);
            }
        }
    }

    record Database(
            @Doc("The JDBC URL.") Optional<String> url,
            @Default("10") @Doc("Connections.") int poolSize) {

        Database {
            if (poolSize > 100 && url.isEmpty()) {
                throw new IllegalArgumentException("the embedded database has 100 connections");
            }
        }
    }

    record Heartbeat(
            @Default("10s") @Doc("How often an agent reports.")
            Duration interval) {
        Heartbeat {
            if (!interval.isPositive()) {
                throw new IllegalArgumentException("interval must be positive, was " + Durations.format(interval));
            }
        }
    }

    record Agent(
            @Doc("What the agent is.") String kind,
            @Default("1m") @Doc("Time between ticks.") Duration interval,
            @Remainder Setting settings) {}

    record HttpCheck(
            URI url,
            @Default("200") int status,
            @Nullable Pattern bodyMatch,
            @Nullable Secret token) {}

    record Everything(
            String text,
            int whole,
            Long large,
            double number,
            Boolean flag,
            BigDecimal exact,
            Duration duration,
            DataSize size,
            URI uri,
            Path path,
            ZoneId zone,
            Pattern pattern,
            Strategy strategy,
            Secret secret,
            List<Integer> list,
            Set<Strategy> set,
            Map<String, Duration> map,
            Optional<String> optional,
            @Nullable Integer nothing,
            List<Heartbeat> sections,
            Setting raw) {}
}
