package dev.mainstay.server.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `mainstay message dead-letters …`; without more it lists them. Not thread-safe.
@Command(
        name = "dead-letters",
        description = "Lists what consumer groups gave up, gives it to them again or forgets it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay message dead-letters list billing",
            "  mainstay message dead-letters redrive billing 1795174921413216",
            "  mainstay message dead-letters redrive billing --all"
        })
final class DeadLetterCommand implements Callable<Integer> {
    private static final String DEAD = "/api/v1/message-dead-letters";
    private static final List<Column> LETTER = List.of(
            Column.of("group"),
            Column.of("position", letter -> Long.toString(position(letter))),
            Column.of("attempts"),
            Column.moment("diedAt"),
            Column.of("reason"));

    @Mixin
    private Remote remote;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        return list(remote, output, null, 100);
    }

    private static long position(JsonNode letter) {
        return letter.path("message").path("position").asLong(0);
    }

    @Command(name = "list", description = "Lists what consumer groups gave up.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote of,
            @Mixin Output to,
            @Parameters(paramLabel = "GROUP", arity = "0..1", description = "Only of this group.") @Nullable
                    String group,
            @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "100", description = "At most so many.")
                    int limit) {
        to.list(of.connect().items(DEAD, of(group), limit), LETTER);
        return ExitCode.OK;
    }

    private static Map<String, @Nullable String> of(@Nullable String group) {
        var query = new HashMap<String, @Nullable String>();
        query.put("group", group);
        return query;
    }

    @Command(
            name = "redrive",
            description = "Gives dead letters to their group again, as if they had never been tried.",
            mixinStandardHelpOptions = true)
    int redrive(@Mixin Remote of, @Mixin Output to, @Mixin Chosen chosen) {
        var client = of.connect();
        return chosen.each(
                client,
                to,
                "handed to " + chosen.group + " again",
                position -> client.send("POST", chosen.letter(position) + "/redrive", "{}", Map.of()));
    }

    @Command(
            name = "discard",
            description = "Forgets dead letters; the messages themselves stay. --all of them only with --yes.",
            mixinStandardHelpOptions = true)
    int discard(
            @Mixin Remote of,
            @Mixin Output to,
            @Mixin Chosen chosen,
            @Option(names = "--yes", description = "Do it.") boolean isConfirmed) {
        var client = of.connect();
        if (chosen.isAll && chosen.positions.isEmpty() && !isConfirmed) {
            var letters = client.items(DEAD, of(chosen.group), Integer.MAX_VALUE);
            if (!letters.isEmpty()) {
                to.list(letters, LETTER);
                to.say("nothing was changed; give --yes to forget these dead letters");
                return ExitCode.USAGE;
            }
        }
        return chosen.each(client, to, "forgotten", position -> client.delete(chosen.letter(position)));
    }

    /// Which dead letters of a group are meant. Not thread-safe.
    static final class Chosen {
        @Parameters(paramLabel = "GROUP", index = "0")
        private String group = "";

        @Parameters(paramLabel = "POSITION", index = "1..*", arity = "0..*", description = "Which of them.")
        private List<Long> positions = List.of();

        @Option(names = "--all", description = "All of the group.")
        private boolean isAll;

        private String letter(long position) {
            return DEAD + "/" + ApiClient.encoded(group) + "/" + position;
        }

        private int each(ApiClient client, Output to, String done, LongConsumer order) {
            if (isAll != positions.isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, "name positions, or give --all, but not both");
            }
            var meant = isAll
                    ? client.items(DEAD, of(group), Integer.MAX_VALUE).stream()
                            .map(DeadLetterCommand::position)
                            .toList()
                    : positions;
            var ended = 0;
            try {
                for (var position : meant) {
                    order.accept(position);
                    ended++;
                }
            } catch (CommandFailure failure) {
                throw ended == 0
                        ? failure
                        : new CommandFailure(
                                failure.exitCode(), failure.getMessage() + "\nbefore that, " + told(ended, done));
            }
            to.say("mainstay: " + told(ended, done));
            return ExitCode.OK;
        }

        private static String told(int count, String done) {
            return count + (count == 1 ? " message is " : " messages are ") + done;
        }
    }
}
