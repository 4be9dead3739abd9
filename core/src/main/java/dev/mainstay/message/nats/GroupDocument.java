package dev.mainstay.message.nats;

import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Interest;
import dev.mainstay.message.MessageFilter;
import dev.mainstay.message.Start;
import dev.mainstay.message.TopicPattern;
import dev.mainstay.task.RetryPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import tools.jackson.databind.json.JsonMapper;

/// A group as it is stored: one value of a bucket, so that each step changes it as a whole. Times are
/// microseconds since 1970 by NATS' clock, zero for never. Immutable.
///
/// @param reached how far it has read, per priority (critical first)
/// @param waiting by position: messages to be tried again, and those behind them of the same sender
/// @param missed how many were forgotten for their age before it read them
record GroupDocument(
        Wants wants, long createdAt, List<Long> reached, List<Claim> claims, List<Waiting> waiting, long missed) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /// @param lease how long a consumer may keep a message, in microseconds
    record Wants(List<String> channels, String keys, String filter, boolean ordered, RetryPolicy retry, long lease) {
        static Wants of(ConsumerGroup group) {
            return new Wants(
                    group.interest().channels().stream().sorted().toList(),
                    group.interest().keys().text(),
                    group.interest().filter().text(),
                    group.ordered(),
                    group.retry(),
                    group.ackWithin().toNanos() / 1_000);
        }

        ConsumerGroup group(String name) {
            Interest interest = new Interest(Set.copyOf(channels), TopicPattern.of(keys), MessageFilter.of(filter));
            return new ConsumerGroup(
                    name, interest, Start.NEWEST, retry, Duration.of(lease, ChronoUnit.MICROS), ordered);
        }

        int attempts() {
            return retry.attempts();
        }
    }

    /// A batch in hand, under one lease.
    ///
    /// @param attempts how often each was tried before
    record Claim(UUID token, UUID session, UUID consumer, int attempts, long expires, List<Held> held) {}

    /// @param sender empty where no order is kept
    record Held(long position, String sender, long expires) {}

    /// @param suspect whether it was in hand when its consumer died
    record Waiting(long position, String sender, int attempts, long due, boolean suspect, long expires) {}

    /// Positions of what is in hand or waits.
    Stream<Long> needed() {
        return Stream.concat(
                claims.stream().flatMap(claim -> claim.held().stream()).map(Held::position),
                waiting.stream().map(Waiting::position));
    }

    byte[] bytes() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater fast = new Deflater(Deflater.BEST_SPEED);
        try (DeflaterOutputStream packing = new DeflaterOutputStream(packed, fast)) {
            MAPPER.writeValue(packing, this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            fast.end();
        }
        return packed.toByteArray();
    }

    static GroupDocument of(byte[] bytes) {
        try (InflaterInputStream unpacking = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            return MAPPER.readValue(unpacking, GroupDocument.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
