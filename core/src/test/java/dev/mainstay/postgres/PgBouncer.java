package dev.mainstay.postgres;

import dev.mainstay.testing.TestPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// PgBouncer in transaction mode before the test server, with two server connections a role, so that every client
/// soon meets what another left behind.
final class PgBouncer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgBouncer.class);

    private final Process process;
    private final int port;

    private PgBouncer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// A port that was free may be somebody else's a moment later.
    static PgBouncer start(Path program, Path folder, List<Login> logins) throws IOException {
        for (int left = 2; left > 0; left--) {
            try {
                return start(program, folder, logins, freePort());
            } catch (IOException e) {
                LOG.atWarn().log("{}, trying another port", e.getMessage());
            }
        }
        return start(program, folder, logins, freePort());
    }

    private static PgBouncer start(Path program, Path folder, List<Login> logins, int port) throws IOException {
        TestPostgres server = TestPostgres.shared();
        Path users = folder.resolve("users.txt");
        Path settings = folder.resolve("pgbouncer.ini");
        Files.writeString(
                users,
                logins.stream()
                        .map(login -> "\"" + login.user() + "\" \"" + login.password() + "\"\n")
                        .collect(Collectors.joining()));
        Files.writeString(settings, """
                [databases]
                * = host=%s port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %s
                pool_mode = transaction
                default_pool_size = 2
                ignore_startup_parameters = extra_float_digits
                """.formatted(server.host(), server.port(), port, users));
        return new PgBouncer(run(program, folder, settings), port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Process run(Path program, Path folder, Path settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            // It refuses to run as root, so another user must be able to read its files.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(settings.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.contains("process up")) {
                return process;
            }
        }
        throw new IOException("pgbouncer did not start:\n" + said);
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
