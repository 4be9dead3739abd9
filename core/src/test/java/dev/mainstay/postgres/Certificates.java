package dev.mainstay.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// Certificates for a day, made by `openssl`. Stateless and thread-safe.
final class Certificates {
    private static final String NEW_KEY = "-newkey rsa:2048 -nodes -days 1";

    private Certificates() {}

    static boolean canBeMade() throws InterruptedException {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// `name.crt` and `name.key`, with which others are signed.
    static void authority(Path folder, String name) throws IOException, InterruptedException {
        openssl(
                folder,
                "req -x509 " + NEW_KEY + " -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".crt");
    }

    /// `server.crt` and `server.key` in `target`, owned like it.
    static void forLocalhost(Path folder, String authority, Path target) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("names"), "subjectAltName=DNS:localhost\n");
        openssl(
                folder,
                "req " + NEW_KEY.replace(" -days 1", "") + " -subj /CN=localhost -keyout server.key -out server.csr");
        openssl(
                folder,
                "x509 -req -in server.csr -CA " + authority + ".crt -CAkey " + authority
                        + ".key -CAcreateserial -days 1 -extfile names -out server.crt");
        for (String file : new String[] {"server.crt", "server.key"}) {
            Path moved = Files.move(folder.resolve(file), target.resolve(file));
            Files.setPosixFilePermissions(moved, PosixFilePermissions.fromString("rw-------"));
            Files.setOwner(moved, Files.getOwner(target));
        }
    }

    private static void openssl(Path folder, String words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("openssl " + words + ":\n" + said);
        }
    }
}
