package dev.mainstay.postgres;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A role of PostgreSQL and its password, empty where the server asks for none. Never prints the password.
///
/// Immutable and thread-safe.
public record Login(String user, String password) {
    public Login {
        if (user.isBlank()) {
            throw new IllegalArgumentException("database user must not be blank");
        }
    }

    /// A role whose password follows from this one's, so that every node knows it and nobody has to store it.
    Login derive(String role) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("the password of database role " + role + " must be given: user " + user
                    + " has no password it could be derived from");
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] derived = mac.doFinal(("mainstay role " + role).getBytes(StandardCharsets.UTF_8));
            return new Login(role, HexFormat.of().formatHex(derived));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256, which every Java must have", e);
        }
    }

    @Override
    public String toString() {
        return "Login[user=" + user + ", password=***]";
    }
}
