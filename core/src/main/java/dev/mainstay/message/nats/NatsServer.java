package dev.mainstay.message.nats;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.ServerInfo;

/// What a NATS server must be to keep messages. Stateless and thread-safe.
final class NatsServer {
    private static final String OLDEST = "2.9.0";
    private static final int SMALLEST_PAYLOAD = 1 << 20;

    private NatsServer() {}

    static void requireSuitable(NatsLink link) {
        ServerInfo server = link.connection().getServerInfo();
        if (server.isOlderThanVersion(OLDEST)) {
            throw unsuitable(link, "is version " + server.getVersion() + ", and " + OLDEST + " is the oldest");
        }
        if (link.largest() < SMALLEST_PAYLOAD) {
            throw unsuitable(
                    link,
                    "takes " + link.largest() + " bytes at once: set max_payload to " + SMALLEST_PAYLOAD + " or more");
        }
        if (!server.isJetStreamAvailable() || !hasJetStream(link)) {
            throw unsuitable(link, "has no JetStream for this user: start it with -js, or turn it on for the account");
        }
    }

    private static boolean hasJetStream(NatsLink link) {
        return link.call(() -> {
            try {
                return link.management().getAccountStatistics() != null;
            } catch (JetStreamApiException e) {
                return false;
            }
        });
    }

    private static MainstayException unsuitable(NatsLink link, String why) {
        return new MainstayException(ErrorCode.MESSAGES_UNSUITABLE, link.address() + " " + why);
    }
}
