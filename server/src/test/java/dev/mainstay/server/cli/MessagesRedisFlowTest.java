package dev.mainstay.server.cli;

import java.io.IOException;
import java.nio.file.Path;

class MessagesRedisFlowTest extends MessagesElsewhere {
    MessagesRedisFlowTest() {
        super("redis");
    }

    @Override
    Broker broker(Path folder) throws IOException {
        return Broker.redis(folder);
    }
}
