package dev.mainstay.testkit;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import java.util.Map;

/// The agent of the guide: counts the products that run low.
final class StockWatch implements Agent {
    private final Map<String, Integer> stock;

    StockWatch(Map<String, Integer> stock) {
        this.stock = stock;
    }

    @Override
    public WorkResult tick(AgentContext context) {
        int low = (int) stock.values().stream().filter(left -> left < 5).count();
        context.metric("stock.low", low, "products");
        return WorkResult.processed(stock.size());
    }
}
