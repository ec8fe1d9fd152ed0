namespace XenKube.Ignition.Butane.Gzip;

/// <summary>The symbols of lengths and distances and their extra bits, RFC 1951 section 3.2.5.</summary>
internal static class DeflateSymbols
{
    /// <summary>The symbol that ends a block.</summary>
    public const int EndOfBlock = 256;

    /// <summary>The first symbol of a length.</summary>
    public const int FirstLength = 257;

    /// <summary>How many symbols there are for literals and lengths.</summary>
    public const int LiteralCount = 286;

    /// <summary>How many symbols there are for distances.</summary>
    public const int DistanceCount = 30;

    private static readonly (int Base, int Extra)[] Lengths = MakeLengths();
    private static readonly (int Base, int Extra)[] Distances = MakeDistances();

    /// <summary>The extra bits of a length's symbol, counted from the first.</summary>
    public static int LengthExtra(int index) => Lengths[index].Extra;

    /// <summary>The extra bits of a distance's symbol.</summary>
    public static int DistanceExtra(int symbol) => Distances[symbol].Extra;

    /// <summary>A length's symbol counted from the first, and what the extra bits say.</summary>
    public static (int Index, int Extra) OfLength(int length) => Find(Lengths, length);

    /// <summary>A distance's symbol, and what the extra bits say.</summary>
    public static (int Symbol, int Extra) OfDistance(int distance) => Find(Distances, distance);

    private static (int Index, int Extra) Find((int Base, int Extra)[] table, int value)
    {
        int low = 0, high = table.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = table[middle].Base <= value ? (middle, high) : (low, middle - 1);
        }
        return (low, value - table[low].Base);
    }

    private static (int Base, int Extra)[] MakeLengths()
    {
        var table = new (int Base, int Extra)[29];
        var next = 3;
        for (var i = 0; i < 28; i++)
        {
            table[i] = (next, i < 8 ? 0 : (i - 4) / 4);
            next += 1 << table[i].Extra;
        }
        // 258 has a symbol of its own.
        table[28] = (258, 0);
        return table;
    }

    private static (int Base, int Extra)[] MakeDistances()
    {
        var table = new (int Base, int Extra)[DistanceCount];
        var next = 1;
        for (var i = 0; i < DistanceCount; i++)
        {
            table[i] = (next, i < 4 ? 0 : (i - 2) / 2);
            next += 1 << table[i].Extra;
        }
        return table;
    }
}
