package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PostgreSQL's data, with the password of its superuser beside it: both are made together or not at all.
///
/// Immutable and thread-safe.
///
/// @param home holds `data` and the password
record Cluster(Path home) {
    static final String SUPERUSER = "postgres";
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final String DATA = "data";
    private static final String PASSWORD = "superuser-password";
    private static final int PASSWORD_BYTES = 24;
    private static final Duration INITDB_BOUND = Duration.ofMinutes(5);

    Path data() {
        return home.resolve(DATA);
    }

    ServerProcesses processes() {
        return new ServerProcesses(data());
    }

    String password() throws IOException {
        return Files.readString(home.resolve(PASSWORD));
    }

    /// Makes the cluster where there is none, and refuses one that these programs cannot read.
    void prepare(Binaries binaries, ServerAccount account) throws IOException {
        if (!Files.exists(home)) {
            initialize(binaries, account);
        }
        account.own(home);
        requireVersion(binaries);
    }

    private void initialize(Binaries binaries, ServerAccount account) throws IOException {
        LOG.atInfo().addKeyValue("folder", home).log("creating the database");
        try (var staging = Staging.beside(home)) {
            var password = staging.folder().resolve(PASSWORD);
            FileTree.writePrivate(password, randomPassword());
            account.own(staging.folder());
            var initdb = account.run(
                    staging.folder(),
                    INITDB_BOUND,
                    initdb(binaries, staging.folder().resolve(DATA), password));
            if (!initdb.succeeded()) {
                throw Failure.ofProgram("could not create the database in " + home, initdb.output());
            }
            staging.become(home);
            FileTree.syncFolder(home.resolveSibling(""));
        }
    }

    private static String randomPassword() {
        var random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /// The built-in C.UTF-8 sorts by code point, like no locale at all, the same on every machine and after
    /// every upgrade of the C library, yet knows the letters of all languages ([locale
    /// providers](https://www.postgresql.org/docs/18/locale.html#LOCALE-PROVIDERS)).
    private static List<String> initdb(Binaries binaries, Path data, Path password) {
        return List.of(
                binaries.program("initdb"),
                "--pgdata=" + data,
                "--username=" + SUPERUSER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--text-search-config=english",
                "--data-checksums");
    }

    private void requireVersion(Binaries binaries) throws IOException {
        var file = data().resolve("PG_VERSION");
        if (!Files.exists(file)) {
            throw new MainstayException(
                    ErrorCode.EMBEDDED_POSTGRES,
                    "%s is not whole: its PG_VERSION is missing; restore it from a backup, or move it away to start empty"
                            .formatted(data()));
        }
        var written = Files.readString(file).strip();
        if (!written.equals(binaries.major())) {
            throw new MainstayException(
                    ErrorCode.DATA_FOLDER_VERSION,
                    ("the database in %s was written by PostgreSQL %s, and this Mainstay brings PostgreSQL %s; dump it with "
                                    + "the Mainstay that wrote it and pg_dump, and load it into a new data folder")
                            .formatted(data(), written, binaries.major()));
        }
    }
}
