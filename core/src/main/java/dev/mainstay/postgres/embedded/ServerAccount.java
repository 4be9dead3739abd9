package dev.mainstay.postgres.embedded;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// As whom PostgreSQL's programs run, since they refuse to run as root.
///
/// - Not root: as who we are.
/// - Root, and another user owns the data: as that user.
/// - Root: in a [user namespace](https://man7.org/linux/man-pages/man7/user_namespaces.7.html) without a
///   mapping, where we pass for `nobody` and the kernel still treats our files as ours.
/// - Root, and namespaces are forbidden, as in most containers: as `postgres` or `nobody`, who is given the
///   data.
///
/// Immutable and thread-safe.
///
/// @param prefix the words before each command
/// @param user the user and group who must own the data, or empty when that is who we are
record ServerAccount(List<String> prefix, Optional<String> user) {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String ROOT = "0";
    /// [Capabilities](https://man7.org/linux/man-pages/man7/capabilities.7.html) that root may leave to
    /// another user.
    private static final List<String> LEAVES = List.of("dac_read_search", "dac_override");
    private static final List<String> STAND_INS = List.of("postgres", "nobody");

    /// Chooses for the data in `data`, which need not exist yet.
    static ServerAccount choose(Path data) throws IOException {
        if (!run(List.of(), List.of("id", "-u")).output().equals(ROOT)) {
            return new ServerAccount(List.of(), Optional.empty());
        }
        var owner = Files.exists(data) ? owner(data) : ROOT;
        if (!owner.equals(ROOT)) {
            return as(owner).orElseThrow(() -> cannotRunAsRoot("cannot become user " + owner + ", who owns " + data));
        }
        return inNamespace()
                .or(() -> STAND_INS.stream().flatMap(name -> as(name).stream()).findFirst())
                .orElseThrow(() -> cannotRunAsRoot("`unshare -U` is refused, and neither setpriv, runuser nor su "
                        + "can become user " + String.join(" or ", STAND_INS)));
    }

    private static String owner(Path path) throws IOException {
        return String.valueOf(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }

    /// PostgreSQL looks up the name of who it runs as, so the number alone is not enough.
    private static Optional<ServerAccount> inNamespace() {
        var namespace = List.of("unshare", "-U");
        var asked = run(namespace, List.of("sh", "-c", "id -un && id -u"));
        return asked.succeeded() && !asked.output().endsWith("\n" + ROOT)
                ? Optional.of(new ServerAccount(namespace, Optional.empty()))
                : Optional.empty();
    }

    private static Optional<ServerAccount> as(String user) {
        var uid = run(List.of(), List.of("id", "-u", user));
        var gid = run(List.of(), List.of("id", "-g", user));
        var name = run(List.of(), List.of("id", "-un", user));
        if (!uid.succeeded() || !gid.succeeded() || !name.succeeded()) {
            return Optional.empty();
        }
        return ways(uid.output(), gid.output(), name.output())
                .filter(way -> run(way, List.of("id", "-u")).output().equals(uid.output()))
                .findFirst()
                .map(way -> new ServerAccount(way, Optional.of(name.output())));
    }

    private static Stream<List<String>> ways(String uid, String gid, String name) {
        return Stream.of(
                List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--"),
                List.of("runuser", "-u", name, "--"),
                List.of("su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", name, "--"));
    }

    private static Command run(List<String> way, List<String> words) {
        return new ServerAccount(way, Optional.empty()).run(Path.of("/"), BOUND, words);
    }

    private static MainstayException cannotRunAsRoot(String why) {
        return new MainstayException(
                ErrorCode.EMBEDDED_POSTGRES,
                "PostgreSQL refuses to run as root, and " + why
                        + "; start Mainstay as another user, or use a PostgreSQL of your own by its URL");
    }

    /// Runs a program as this account.
    Command run(Path folder, Duration bound, List<String> words) {
        return Command.run(
                folder, bound, Stream.concat(prefix.stream(), words.stream()).toList());
    }

    /// Hands `path` and all below it to the account, the top last, so that a kill on the way leaves a reason to
    /// repeat it.
    void own(Path path) throws IOException {
        if (user.isEmpty()) {
            return;
        }
        var names = path.getFileSystem().getUserPrincipalLookupService();
        var owner = names.lookupPrincipalByName(user.get());
        if (Files.getOwner(path).equals(owner)) {
            return;
        }
        for (var each : FileTree.deepestFirst(path)) {
            Files.setOwner(each, owner);
        }
    }

    /// Lets the account pass through `folder`, which stays closed to everybody else.
    void admit(Path folder) throws IOException {
        if (passes(folder)) {
            return;
        }
        var group = run(Path.of("/"), BOUND, List.of("id", "-gn")).output();
        var view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
        view.setGroup(folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
        var permissions = view.readAttributes().permissions();
        permissions.add(PosixFilePermission.GROUP_EXECUTE);
        view.setPermissions(permissions);
    }

    /// Tried for real, since `test` and its like leave out capabilities.
    private boolean passes(Path folder) {
        return user.isEmpty()
                || run(Path.of("/"), BOUND, List.of("sh", "-c", "cd \"$0\"", folder.toString()))
                        .succeeded();
    }

    /// This account, with leave to pass folders closed to it when one above `folder` is, as the home of
    /// root is. The first leave is for passing and reading, the second also for writing, which is what
    /// containers usually hold.
    ServerAccount reaching(Path folder) {
        return Stream.concat(Stream.of(this), LEAVES.stream().flatMap(this::with))
                .filter(account -> account.passes(folder))
                .findFirst()
                .orElseThrow(
                        () -> cannotRunAsRoot(("user %s, as whom it would run, may not enter %s, so choose a folder "
                                        + "all whose parents are open to others, such as /var/lib/mainstay")
                                .formatted(user.orElse(""), folder)));
    }

    private Stream<ServerAccount> with(String capability) {
        if (!prefix.contains("setpriv")) {
            return Stream.empty();
        }
        var words = new ArrayList<>(prefix);
        words.addAll(words.size() - 1, List.of("--inh-caps=+" + capability, "--ambient-caps=+" + capability));
        return Stream.of(new ServerAccount(List.copyOf(words), user));
    }
}
