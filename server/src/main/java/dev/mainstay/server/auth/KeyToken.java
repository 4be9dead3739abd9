package dev.mainstay.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A whole key as its owner holds it: `mst_<id>.<secret>`, 16 random letters that name it and 256
/// random bits that prove it, in base64url. The prefix lets secret scanners find one that was
/// published. Immutable; never prints the secret.
public record KeyToken(String id, String secret) {
    private static final Pattern FORM = Pattern.compile("mst_([A-Za-z0-9]{16})\\.([A-Za-z0-9_-]{43})");
    private static final String ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 16;
    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    public static KeyToken random() {
        StringBuilder id = new StringBuilder(ID_LENGTH);
        RANDOM.ints(ID_LENGTH, 0, ID_LETTERS.length()).forEach(index -> id.append(ID_LETTERS.charAt(index)));
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return new KeyToken(
                id.toString(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /// Empty for anything that is not exactly a key, down to a space at its end.
    public static Optional<KeyToken> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches() ? Optional.of(new KeyToken(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    /// What is stored of the secret: its SHA-256.
    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }

    /// The key in full, for the one time it is shown.
    public String reveal() {
        return "mst_" + id + "." + secret;
    }

    @Override
    public String toString() {
        return "mst_" + id + ".***";
    }
}
