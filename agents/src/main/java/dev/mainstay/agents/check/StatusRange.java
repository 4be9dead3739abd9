package dev.mainstay.agents.check;

/// HTTP status codes from `first` to `last`, both included; written `204` or `200-299`. Immutable.
record StatusRange(int first, int last) {
    private static final int LEAST = 100;
    private static final int MOST = 599;

    static StatusRange parse(String text) {
        String[] ends = text.split("-", -1);
        try {
            int first = Integer.parseInt(ends[0].strip());
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1].strip());
            if (ends.length <= 2 && LEAST <= first && first <= last && last <= MOST) {
                return new StatusRange(first, last);
            }
        } catch (NumberFormatException ignored) {
            // told below, like any other text that is no range
        }
        throw new IllegalArgumentException(
                "status must be codes from 100 to 599 such as 204 or 200-299, was '" + text + "'");
    }

    boolean contains(int status) {
        return first <= status && status <= last;
    }
}
