package dev.mainstay.server.auth;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Organizations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The admin key of the first start, kept in `<data folder>/admin-token` for its owner alone. Stateless and
/// thread-safe.
public final class AdminToken {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private AdminToken() {}

    /// The key to print, once: a new one when the organization has no working admin key at all. Empty when there is
    /// one, whether this folder holds it or not; a lost key is replaced with [#replace].
    public static Optional<KeyToken> onFirstStart(KeyStore store, Path dataFolder) {
        Path file = file(dataFolder);
        boolean held = read(file).flatMap(token -> store.working(token.id())).isPresent();
        return held || store.hasAdmin(Organizations.DEFAULT)
                ? Optional.empty()
                : Optional.of(replace(store, dataFolder));
    }

    /// Makes a new admin key and leaves it in the data folder; the keys there were go on working.
    public static KeyToken replace(KeyStore store, Path dataFolder) {
        KeyToken token = KeyToken.random();
        write(file(dataFolder), token);
        store.create(Organizations.DEFAULT, token, "admin token of " + dataFolder.getFileName(), Role.ADMIN, null);
        return token;
    }

    /// Where the key of a data folder is.
    public static Path file(Path dataFolder) {
        return dataFolder.resolve("admin-token");
    }

    /// The key a data folder holds; empty when there is no such file, or none that is a key.
    public static Optional<KeyToken> read(Path file) {
        try {
            return Files.exists(file) ? KeyToken.parse(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    // Never visible to others, not even for a moment: made with its mode under another name, then moved in place.
    private static void write(Path file, KeyToken token) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path draft =
                    Files.createTempFile(file.toAbsolutePath().getParent(), "admin-token", ".new", ownerOnly(file));
            Files.write(
                    draft,
                    (token.reveal() + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.TRUNCATE_EXISTING);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    // Windows has no such modes; its temporary files belong to their owner anyway.
    private static FileAttribute<?>[] ownerOnly(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private static MainstayException unusable(Path file, IOException cause) {
        return new MainstayException(
                ErrorCode.CONFIG_INVALID,
                "cannot read or write " + file + ": " + cause.getMessage() + ". Check who owns the data folder.",
                cause);
    }
}
