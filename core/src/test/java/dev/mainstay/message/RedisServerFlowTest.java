package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.message.nats.NatsTransportKind;
import dev.mainstay.message.redis.RedisTransport;
import dev.mainstay.message.redis.RedisTransportKind;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What goes wrong with a Redis server, and what Mainstay makes of it.
class RedisServerFlowTest extends ServerConformance {
    private final RedisProcess redis = RedisProcess.start("--requirepass", "correct");

    @AfterAll
    void closeRedis() {
        redis.close();
    }

    private String url() {
        return redis.url().replace("//", "//:correct@");
    }

    @Override
    MessageTransport open(Duration retention) {
        return RedisTransport.open(url(), retention);
    }

    @Override
    void kill() {
        redis.kill();
    }

    @Override
    void restart() {
        redis.restart();
    }

    @Override
    void trimNow() {
        RedisClient client = RedisClient.create(url());
        client.connect().sync().del("mainstay:trimmed");
        client.shutdown();
    }

    @Test
    void a_wrong_password_is_told_without_telling_it() {
        refused(redis.url().replace("//", "//:guessed@"), ErrorCode.MESSAGES_AUTH, "refused the user or the password");
        refused(redis.url(), ErrorCode.MESSAGES_AUTH, "refused the user or the password");
    }

    private static void refused(String url, ErrorCode code, String told) {
        assertThatThrownBy(() -> RedisTransport.open(url, RETENTION))
                .asInstanceOf(type(MainstayException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(told)
                .doesNotContain("guessed");
    }

    @Test
    void a_server_that_is_not_there_is_told_with_its_address() {
        refused("redis://127.0.0.1:1", ErrorCode.MESSAGES_UNREACHABLE, "Redis at 127.0.0.1:1 does not answer");
    }

    @Test
    void a_url_that_is_none_is_refused_without_repeating_it() {
        refused("http://:guessed@somewhere", ErrorCode.CONFIG_INVALID, "messages.url must be redis://");
        refused("redis://", ErrorCode.CONFIG_INVALID, "messages.url must be redis://");
    }

    @Test
    void without_its_library_the_error_names_what_to_add() throws Exception {
        needs("lettuce", RedisTransportKind.class, redis.url(), "io.lettuce:lettuce-core");
    }

    @Test
    void kinds_are_found_by_name() {
        assertThat(MessageTransportKind.named("redis")).isInstanceOf(RedisTransportKind.class);
        assertThat(MessageTransportKind.named("nats")).isInstanceOf(NatsTransportKind.class);
        assertThatThrownBy(() -> MessageTransportKind.named("pigeon"))
                .hasMessageStartingWith("messages.transport must be postgres or")
                .hasMessageEndingWith("was pigeon");
    }
}
