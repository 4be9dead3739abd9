package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.message.nats.NatsTransport;
import dev.mainstay.message.nats.NatsTransportKind;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.Eventually;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What goes wrong with a NATS server, and what Mainstay makes of it.
class NatsServerFlowTest extends ServerConformance {
    private final NatsProcess nats = NatsProcess.start("authorization {user: mainstay, password: correct}");

    @AfterAll
    void closeNats() {
        nats.close();
    }

    private String url() {
        return nats.url().replace("//", "//mainstay:correct@");
    }

    @Override
    MessageTransport open(Duration retention) {
        return NatsTransport.open(url(), retention);
    }

    @Override
    void kill() {
        nats.kill();
    }

    @Override
    void restart() {
        nats.restart();
    }

    @Override
    void trimNow() {
        NatsProcess.with(
                url(), connection -> connection.keyValue("MAINSTAY_NODES").purge("trimmed"));
    }

    @Test
    void a_wrong_password_is_told_without_telling_it() {
        refused(
                nats.url().replace("//", "//mainstay:guessed@"),
                ErrorCode.MESSAGES_AUTH,
                "refused the user, the password or the token");
        refused(nats.url(), ErrorCode.MESSAGES_AUTH, "refused the user, the password or the token");
    }

    private static void refused(String url, ErrorCode code, String told) {
        assertThatThrownBy(() -> NatsTransport.open(url, RETENTION))
                .asInstanceOf(type(MainstayException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(told)
                .doesNotContain("guessed");
    }

    @Test
    void a_server_that_is_not_there_is_told_with_its_address() {
        refused("nats://127.0.0.1:1", ErrorCode.MESSAGES_UNREACHABLE, "NATS at 127.0.0.1:1 does not answer");
    }

    @Test
    void a_url_that_is_none_is_refused_without_repeating_it() {
        refused("http://:guessed@somewhere", ErrorCode.CONFIG_INVALID, "messages.url must be nats://");
        refused("nats://", ErrorCode.CONFIG_INVALID, "messages.url must be nats://");
        refused("nats://h?replicas=9", ErrorCode.CONFIG_INVALID, "?replicas=3");
    }

    @Test
    void without_its_library_the_error_names_what_to_add() throws Exception {
        needs("jnats", NatsTransportKind.class, nats.url(), "io.nats:jnats");
    }

    @Test
    void a_server_that_cannot_keep_messages_is_refused() {
        try (NatsProcess forgetful = NatsProcess.startWithoutJetStream()) {
            refused(forgetful.url(), ErrorCode.MESSAGES_UNSUITABLE, "has no JetStream for this user");
        }
        try (NatsProcess narrow = NatsProcess.start("max_payload: 65536")) {
            refused(narrow.url(), ErrorCode.MESSAGES_UNSUITABLE, "takes 65536 bytes at once");
        }
        try (NatsProcess alone = NatsProcess.start()) {
            refused(alone.url() + "?replicas=3", ErrorCode.MESSAGES_UNSUITABLE, "refuses a step");
        }
    }

    @Test
    void a_full_server_refuses_what_it_cannot_keep_and_keeps_what_it_took() {
        try (NatsProcess small = NatsProcess.startWithStorage(1 << 20);
                MessageTransport transport = NatsTransport.open(small.url(), RETENTION)) {
            Outgoing message = NewMessage.to(channel, "x".repeat(100_000)).outgoing(Organizations.DEFAULT, null);
            assertThatThrownBy(() -> IntStream.range(0, 20)
                            .forEach(i -> transport.append(Organizations.DEFAULT, List.of(message))))
                    .asInstanceOf(type(MainstayException.class))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGES_UNSUITABLE))
                    .satisfies(e -> assertThat(e).hasMessageContaining("refuses a step"));
            assertThat(transport.read(Organizations.DEFAULT, Interest.in(channel), 0, 100))
                    .hasSizeBetween(5, 19);
        }
    }

    @Test
    void messages_that_are_larger_together_than_the_server_takes_are_stored_together() {
        try (MessageTransport transport = open(RETENTION)) {
            List<Outgoing> messages = IntStream.range(0, 20)
                    .mapToObj(i -> NewMessage.to(channel, i + "x".repeat(200_000))
                            .from("me")
                            .outgoing(Organizations.DEFAULT, null))
                    .toList();
            List<Long> positions = transport.append(Organizations.DEFAULT, messages);
            assertThat(transport.read(Organizations.DEFAULT, Interest.in(channel), 0, 100))
                    .extracting(Message::position)
                    .isEqualTo(positions);
            assertThat(transport.read(Organizations.DEFAULT, Interest.in(channel), positions.get(18), 100))
                    .extracting(message -> message.body().stringValue().length())
                    .containsExactly(200_002);
        }
    }

    @Test
    void a_stream_that_was_deleted_is_said_and_begun_anew_and_its_groups_go_on() {
        UUID organization = UUID.randomUUID();
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        try (MessageTransport transport = open(RETENTION)) {
            transport.joined(UUID.randomUUID());
            transport.declare(organization, group);
            append(transport, organization, "1");
            append(transport, organization, "2");
            assertThat(claimed(transport, organization, group)).containsExactly("1", "2");
            NatsProcess.with(
                    url(),
                    connection -> connection
                            .jetStreamManagement()
                            .deleteStream(
                                    "MAINSTAY_LOG_" + organization.toString().replace("-", "")));
            assertThatThrownBy(() -> append(transport, organization, "lost"))
                    .asInstanceOf(type(MainstayException.class))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGES_UNSUITABLE))
                    .satisfies(e -> assertThat(e).hasMessageContaining("has lost a stream"));
            append(transport, organization, "after");
            assertThat(claimed(transport, organization, group)).containsExactly("after");
        }
    }

    @Test
    void what_groups_missed_is_counted_a_page_a_step_also_when_one_of_them_cannot_be_read() {
        UUID organization = UUID.randomUUID();
        String bucket = "MAINSTAY_GROUPS_" + organization.toString().replace("-", "");
        try (MessageTransport transport = open(Duration.ofMillis(1))) {
            append(transport, organization, "before");
            for (String name : List.of("broken", "late")) {
                transport.declare(organization, ConsumerGroup.of(name, Interest.in(channel)));
            }
            transport.append(
                    organization,
                    IntStream.range(0, 2_500)
                            .mapToObj(i -> NewMessage.to(channel, i).outgoing(UUID.randomUUID(), null))
                            .toList());
            NatsProcess.with(
                    url(), connection -> connection.keyValue(bucket).put("group.broken", new byte[] {1, 2, 3}));
            long before = changes(bucket);
            Eventually.holds("the log is empty", MessageBusConformance.BOUND, () -> {
                trimNow();
                transport.rescue();
                return transport.read(organization, Interest.in(channel), 0, 1).isEmpty();
            });
            assertThat(transport.lists().groups(organization, "", 10))
                    .extracting(GroupView::name, GroupView::missed)
                    .containsExactly(tuple("late", 2_500L));
            assertThat(changes(bucket) - before).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void what_a_trim_could_not_count_is_kept_and_the_next_round_forgets_it() {
        UUID organization = UUID.randomUUID();
        String bucket = "MAINSTAY_GROUPS_" + organization.toString().replace("-", "");
        try (MessageTransport transport = open(Duration.ofMillis(1))) {
            append(transport, organization, "before");
            transport.declare(organization, ConsumerGroup.of("late", Interest.in(channel)));
            append(transport, organization, "unread");
            limitValues(bucket, 1);
            trimNow();
            transport.rescue();
            assertThat(transport.read(organization, Interest.in(channel), 0, 10))
                    .hasSize(2);
            limitValues(bucket, -1);
            transport.rescue();
            assertThat(transport.read(organization, Interest.in(channel), 0, 10))
                    .isEmpty();
            assertThat(transport.lists().groups(organization, "", 10))
                    .extracting(GroupView::missed)
                    .containsExactly(1L);
        }
    }

    /// From now on no larger ones are stored.
    private void limitValues(String bucket, int bytes) {
        NatsProcess.with(url(), connection -> {
            JetStreamManagement management = connection.jetStreamManagement();
            StreamConfiguration now = management.getStreamInfo("KV_" + bucket).getConfiguration();
            management.updateStream(
                    StreamConfiguration.builder(now).maximumMessageSize(bytes).build());
        });
    }

    private long changes(String bucket) {
        AtomicLong last = new AtomicLong();
        NatsProcess.with(
                url(),
                connection -> last.set(connection
                        .jetStreamManagement()
                        .getStreamInfo("KV_" + bucket)
                        .getStreamState()
                        .getLastSequence()));
        return last.get();
    }

    private void append(MessageTransport transport, UUID organization, String text) {
        transport.append(organization, List.of(NewMessage.to(channel, text).outgoing(UUID.randomUUID(), null)));
    }

    private static List<String> claimed(MessageTransport transport, UUID organization, ConsumerGroup group) {
        return transport.claim(organization, group.name(), UUID.randomUUID(), 10).messages().stream()
                .map(SubscriberConformance::text)
                .toList();
    }
}
