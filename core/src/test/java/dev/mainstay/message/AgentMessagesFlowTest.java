package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Agents that talk to each other.
class AgentMessagesFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final TestDatabase test = TestDatabase.create();
    private static final Fleet fleet = Fleet.builder()
            .database(test.database())
            .node("talkers")
            .agent(AgentSpec.builder("planner").every(Duration.ofMinutes(1)).build(), spec -> new Planner())
            .start();

    private static final class Planner implements Agent {
        @Override
        public void start(AgentContext context) {
            context.onMessage(question -> context.messages()
                    .publish(NewMessage.replyTo(
                            question, "plan for " + question.body().stringValue())));
        }

        @Override
        public WorkResult tick(AgentContext context) {
            return WorkResult.nothing();
        }
    }

    @AfterAll
    static void close() {
        fleet.close();
        test.close();
    }

    @Test
    void an_agent_answers_what_it_is_asked_even_when_it_was_not_there_yet() {
        Message answer = fleet.messages().as("tester").request(NewMessage.toAgent("planner", "monday"), BOUND);
        assertThat(answer.body().stringValue()).isEqualTo("plan for monday");
        assertThat(answer.sender()).isEqualTo("planner");
    }
}
