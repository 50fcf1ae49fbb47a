package io.nestcms.testkit;

import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.LegacyUUID;
import de.bwaldvogel.mongo.bson.MaxKey;
import de.bwaldvogel.mongo.bson.MinKey;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The order of BSON values in an index: by type first, as the MongoDB manual's "Comparison/Sort Order" has it. */
final class KeyOrder implements Comparator<@Nullable Object> {
    static final KeyOrder INSTANCE = new KeyOrder();

    /** Before (or after) every value of one type: bounds of a range never reach into another type. */
    record Edge(int rank, boolean after) {}

    private static final int RANK_NULL = 1;
    private static final int RANK_NUMBER = 2;
    private static final int RANK_DOCUMENT = 4;
    private static final int RANK_ARRAY = 5;
    private static final int RANK_OTHER = 14;

    private KeyOrder() {}

    static Edge floor(Object value) {
        return new Edge(rank(value), false);
    }

    static Edge ceiling(Object value) {
        return new Edge(rank(value), true);
    }

    /** Numbers of all types that are equal become the same; so does what is null and what is missing. */
    static @Nullable Object normalized(@Nullable Object value) {
        if (value instanceof Missing) {
            return null;
        } else if (value instanceof Number || value instanceof Map || value instanceof List) {
            return new KeyValue(value).normalized().get(0);
        }
        return value;
    }

    @Override
    public int compare(@Nullable Object a, @Nullable Object b) {
        int places = Integer.compare(place(a), place(b));
        if (places != 0 || a instanceof Edge || b instanceof Edge) {
            return places;
        }
        int rank = rank(a);
        return rank == RANK_NULL || a == null || b == null ? 0 : compareWithin(rank, a, b);
    }

    /** Three places a type: its floor, its values, its ceiling. */
    private static int place(@Nullable Object value) {
        if (value instanceof Edge edge) {
            return edge.rank() * 3 + (edge.after() ? 2 : 0);
        }
        return rank(value) * 3 + 1;
    }

    private static int rank(@Nullable Object value) {
        if (value == null || value instanceof Missing) {
            return RANK_NULL;
        } else if (value instanceof String) {
            return 3;
        } else if (value instanceof Number) {
            return RANK_NUMBER;
        } else if (value instanceof Instant) {
            return 11;
        } else if (value instanceof MinKey) {
            return 0;
        } else if (value instanceof Map) {
            return RANK_DOCUMENT;
        } else if (value instanceof List) {
            return RANK_ARRAY;
        } else if (value instanceof BinData) {
            return 6;
        } else if (value instanceof LegacyUUID) {
            return 7;
        } else if (value instanceof UUID) {
            return 8;
        } else if (value instanceof ObjectId) {
            return 9;
        } else if (value instanceof Boolean) {
            return 10;
        } else if (value instanceof BsonTimestamp) {
            return 12;
        } else if (value instanceof BsonRegularExpression) {
            return 13;
        }
        return value instanceof MaxKey ? 15 : RANK_OTHER;
    }

    @SuppressWarnings("unchecked")
    private int compareWithin(int rank, Object a, Object b) {
        return switch (rank) {
            case RANK_NUMBER -> compareNumbers((Number) a, (Number) b);
            case RANK_DOCUMENT -> compareDocuments((Map<String, Object>) a, (Map<String, Object>) b);
            case RANK_ARRAY -> compareArrays((List<Object>) a, (List<Object>) b);
            case 0, 15 -> 0;
            case 8 -> compareUuids((UUID) a, (UUID) b);
            default ->
                a instanceof Comparable<?> && a.getClass() == b.getClass()
                        ? ((Comparable<Object>) a).compareTo(b)
                        : a.toString().compareTo(b.toString());
        };
    }

    /** Byte order, as the server has it; {@link UUID#compareTo} compares signed halves. */
    private static int compareUuids(UUID a, UUID b) {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }

    private static int compareNumbers(Number a, Number b) {
        boolean exact = a instanceof Long || b instanceof Long;
        double left = a.doubleValue();
        double right = b.doubleValue();
        if (!exact || !Double.isFinite(left) || !Double.isFinite(right)) {
            return Double.compare(nanFirst(left), nanFirst(right));
        }
        return decimal(a).compareTo(decimal(b));
    }

    /** NaN sorts before every other number on the server. Minus infinity minus nothing is not to be had, so they tie. */
    private static double nanFirst(double value) {
        return Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value == 0 ? 0.0 : value;
    }

    private static BigDecimal decimal(Number value) {
        return value instanceof Long whole ? BigDecimal.valueOf(whole) : new BigDecimal(value.doubleValue());
    }

    private int compareDocuments(Map<String, Object> a, Map<String, Object> b) {
        Iterator<Map.Entry<String, Object>> left = a.entrySet().iterator();
        Iterator<Map.Entry<String, Object>> right = b.entrySet().iterator();
        while (left.hasNext() && right.hasNext()) {
            Map.Entry<String, Object> l = left.next();
            Map.Entry<String, Object> r = right.next();
            int types = Integer.compare(rank(l.getValue()), rank(r.getValue()));
            int names = types != 0 ? types : l.getKey().compareTo(r.getKey());
            int order = names != 0 ? names : compare(l.getValue(), r.getValue());
            if (order != 0) {
                return order;
            }
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }

    private int compareArrays(List<Object> a, List<Object> b) {
        return Arrays.compare(a.toArray(), b.toArray(), this);
    }
}
