/// What calls to language models cost, exactly: [dev.mainstay.ai.cost.PriceTable] turns token counts into money by the
/// prices its user gave. A cost that cannot be known is unknown, never zero.
@NullMarked
package dev.mainstay.ai.cost;

import org.jspecify.annotations.NullMarked;
