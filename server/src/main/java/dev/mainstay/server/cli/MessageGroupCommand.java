package dev.mainstay.server.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `mainstay message groups …`; without more it lists them. Not thread-safe.
@Command(
        name = "groups",
        description = "Lists, creates, describes and forgets consumer groups; without a command it lists them.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay message groups create billing orders --key 'eu.#' --attempts 3",
            "  mainstay message groups describe billing",
            "  mainstay message groups seek billing oldest",
            "  mainstay message groups delete billing --yes"
        })
final class MessageGroupCommand implements Callable<Integer> {
    private static final String GROUPS = "/api/v1/message-groups";
    private static final List<Column> GROUP = List.of(
            Column.of("name"),
            Column.of("channels"),
            Column.of("keys"),
            Column.of("behind"),
            Column.moment("oldest"),
            Column.of("inHand"),
            Column.of("waiting"),
            Column.of("dead"),
            Column.of("missed"));
    private static final List<Column> ALL = List.of(
            Column.of("name"),
            Column.of("channels"),
            Column.of("keys"),
            Column.of("filter"),
            Column.of("ordered"),
            Column.of("maxAttempts"),
            Column.of("firstRetry"),
            Column.of("longestRetry"),
            Column.of("ackWithin"),
            Column.of("behind"),
            Column.moment("oldest"),
            Column.of("inHand"),
            Column.of("waiting"),
            Column.of("dead"),
            Column.of("missed"));

    @Mixin
    private Remote remote;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        return list(remote, output);
    }

    @Command(name = "list", description = "Lists consumer groups and how far each is.", mixinStandardHelpOptions = true)
    int list(@Mixin Remote of, @Mixin Output to) {
        to.list(of.connect().items(GROUPS, Map.of(), Integer.MAX_VALUE), GROUP);
        return ExitCode.OK;
    }

    private static String path(String group) {
        return GROUPS + "/" + ApiClient.encoded(group);
    }

    @Command(
            name = "describe",
            description = "Tells what a group wants, how far it is and what it has left.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote of, @Mixin Output to, @Parameters(paramLabel = "GROUP") String group) {
        to.one(of.connect().get(path(group)), ALL);
        return ExitCode.OK;
    }

    @Command(
            name = "create",
            description = "Creates a group, or changes what it wants; what is published from then on waits for it.",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin Remote of,
            @Mixin Output to,
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "CHANNEL", arity = "1..*", description = "What it reads.") List<String> channels,
            @Option(names = "--key", paramLabel = "PATTERN", description = "Only such routing keys: eu.#") @Nullable
                    String keys,
            @Option(names = "--filter", paramLabel = "CONDITIONS", description = "Such as 'body.amount >= 100'.")
                    @Nullable
                    String filter,
            @Option(
                            names = "--from",
                            paramLabel = "PLACE",
                            description = "Where a new one begins: newest (the default), oldest, a position, a moment.")
                    @Nullable
                    String from,
            @Option(names = "--attempts", paramLabel = "COUNT", description = "After so many it is a dead letter.")
                    @Nullable
                    Integer attempts,
            @Option(names = "--retry", paramLabel = "DURATION", description = "The first wait, which doubles: 1s.")
                    @Nullable
                    String firstRetry,
            @Option(names = "--longest-retry", paramLabel = "DURATION", description = "The longest wait: 10m.")
                    @Nullable
                    String longestRetry,
            @Option(names = "--ack-within", paramLabel = "DURATION", description = "For so long in hand: 30s.")
                    @Nullable
                    String ackWithin,
            @Option(names = "--unordered", description = "Gives up the order of each sender.") boolean isUnordered) {
        var wanted = new LinkedHashMap<String, @Nullable Object>();
        wanted.put("channels", channels);
        wanted.put("keys", keys);
        wanted.put("filter", filter);
        wanted.put("from", from);
        wanted.put("maxAttempts", attempts);
        wanted.put("firstRetry", GivenDuration.ofNullable("--retry", firstRetry));
        wanted.put("longestRetry", GivenDuration.ofNullable("--longest-retry", longestRetry));
        wanted.put("ackWithin", GivenDuration.ofNullable("--ack-within", ackWithin));
        wanted.put("ordered", !isUnordered);
        to.one(of.connect().put(path(group), wanted), GROUP);
        return ExitCode.OK;
    }

    @Command(
            name = "seek",
            description = "Lets a group read again from a place in the log, or skip to it.",
            mixinStandardHelpOptions = true)
    int seek(
            @Mixin Remote of,
            @Mixin Output to,
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "PLACE", description = "newest, oldest, a position or a moment.") String place) {
        to.one(of.connect().post(path(group) + "/seek", Map.of("to", place)), GROUP);
        return ExitCode.OK;
    }

    @Command(
            name = "delete",
            description = "Forgets a group and all it still had to do; tells what that is without --yes.",
            mixinStandardHelpOptions = true)
    int delete(
            @Mixin Remote of,
            @Mixin Output to,
            @Parameters(paramLabel = "GROUP") String group,
            @Option(names = "--yes", description = "Do it.") boolean isConfirmed) {
        var client = of.connect();
        if (!isConfirmed) {
            to.one(client.get(path(group)), GROUP);
            to.say("nothing was changed; give --yes to forget this group, what it has not read and its dead letters");
            return ExitCode.USAGE;
        }
        client.delete(path(group));
        to.say("mainstay: group " + group + " is forgotten");
        return ExitCode.OK;
    }
}
