package dev.mainstay.server.cli;

import java.io.IOException;
import java.nio.file.Path;

class MessagesNatsFlowTest extends MessagesElsewhere {
    MessagesNatsFlowTest() {
        super("nats");
    }

    @Override
    Broker broker(Path folder) throws IOException {
        return Broker.nats(folder);
    }
}
