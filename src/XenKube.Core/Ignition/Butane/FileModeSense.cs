namespace XenKube.Ignition.Butane;

/// <summary>Tells modes that somebody meant from modes that somebody wrote without the leading zero.</summary>
/// <remarks>Held against Butane 0.19.0.</remarks>
internal static class FileModeSense
{
    /// <summary>Whether the mode is unusual, but its decimal digits read as octal would be usual.</summary>
    public static bool LooksDecimal(Int128 mode, bool isDirectory) =>
        ReadDigitsAsOctal(mode) is { } octal && !IsUsual((int)mode, isDirectory) && IsUsual(octal, isDirectory);

    private static int? ReadDigitsAsOctal(Int128 mode)
    {
        if (mode < 0 || mode > 7777)
        {
            return null;
        }
        var octal = 0;
        for (var divisor = 1000; divisor > 0; divisor /= 10)
        {
            var digit = (int)mode / divisor % 10;
            if (digit > 7)
            {
                return null;
            }
            octal = (octal * 8) + digit;
        }
        return octal;
    }

    private static bool IsUsual(int mode, bool isDirectory)
    {
        // Root ignores the bits, so none at all makes sense.
        if (mode == 0)
        {
            return true;
        }
        int other = mode & 7, group = (mode >> 3) & 7, owner = (mode >> 6) & 7;
        var all = other | group | owner;
        var isOrdered = (other & ~group) == 0 && (group & ~owner) == 0;
        var isReadable = (all & 4) != 0 && Array.TrueForAll([other, group, owner], rights => (rights & 3) == 0 || (rights & 4) != 0);
        // A class that executes while a lesser class reads expects that class to execute too.
        var isEven = !MayExecuteAlone(group, other) && !MayExecuteAlone(owner, group) && !MayExecuteAlone(owner, other);
        if (!isOrdered || !isReadable || !isEven)
        {
            return false;
        }
        bool isExecutable = (all & 1) != 0, isWritable = (all & 2) != 0;
        return isDirectory
            ? isExecutable && (mode & 0x800) == 0 && ((mode & 0x600) == 0 || isWritable)
            : (mode & 0x200) == 0 && ((mode & 0xC00) == 0 || (isExecutable && (other & 2) == 0));
    }

    private static bool MayExecuteAlone(int higher, int lower) => (higher & 1) != 0 && (lower & 4) != 0 && (lower & 1) == 0;
}
