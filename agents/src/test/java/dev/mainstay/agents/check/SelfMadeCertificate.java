package dev.mainstay.agents.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A certificate for localhost made by the JDK's own keytool, valid for as long as a test says.
record SelfMadeCertificate(Path store, Path pem) {
    private static final String PASSWORD = "changeit";

    /// @param start such as `2026/01/01 00:00:00`
    static SelfMadeCertificate make(Path folder, String start, int days) throws IOException, InterruptedException {
        Path store = folder.resolve("store.p12");
        Path pem = folder.resolve("certificate.pem");
        keytool(
                List.of("-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost"),
                List.of("-ext", "san=dns:localhost,ip:127.0.0.1", "-startdate", start, "-validity", "" + days),
                keystore(store));
        keytool(
                List.of("-exportcert", "-rfc", "-alias", "server", "-file", pem.toString()),
                List.of(),
                keystore(store));
        return new SelfMadeCertificate(store, pem);
    }

    private static List<String> keystore(Path store) {
        return List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD);
    }

    private static void keytool(List<String> what, List<String> how, List<String> where)
            throws IOException, InterruptedException {
        List<String> words = new java.util.ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        words.addAll(what);
        words.addAll(how);
        words.addAll(where);
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool: " + output);
        }
    }

    SSLContext tls() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }
}
