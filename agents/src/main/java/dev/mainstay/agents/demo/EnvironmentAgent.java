package dev.mainstay.agents.demo;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/// Looks whether the process was started with what programs usually need: a Java of the right version, a path, a place
/// for temporary files. Used by one tick at a time.
final class EnvironmentAgent implements Agent {
    private static final int LEAST_JAVA = 25;

    private final Map<String, String> environment;
    private final Properties properties;

    EnvironmentAgent(Map<String, String> environment, Properties properties) {
        this.environment = environment;
        this.properties = properties;
    }

    @Override
    public WorkResult tick(AgentContext context) {
        List<String> missing = new ArrayList<>();
        if (!environment.containsKey("PATH") && !environment.containsKey("Path")) {
            missing.add("the variable PATH");
        }
        if (properties.getProperty("java.io.tmpdir", "").isEmpty()) {
            missing.add("a folder for temporary files");
        }
        int java = Runtime.version().feature();
        context.metric("demo.java", java, "version", Map.of("demo", "true"));
        if (java < LEAST_JAVA) {
            missing.add("Java " + LEAST_JAVA);
        }
        return missing.isEmpty()
                ? WorkResult.processed(1)
                : WorkResult.failed("started without " + String.join(", ", missing));
    }
}
