namespace XenKube.FileSystems.Fat;

/// <summary>Puts the parts of a long name together; parts out of order, or of another short name, are dropped as Linux does.</summary>
internal sealed class FatLongNameReader
{
    private readonly char[] _units = new char[20 * FatSlot.UnitsPerPart];
    private int _missing;
    private byte _checksum;
    private bool _isWhole;
    private int _length;

    /// <summary>The slot of the first part.</summary>
    public int FirstSlot { get; private set; }

    /// <summary>Forgets the parts.</summary>
    public void Clear() => (_missing, _isWhole) = (0, false);

    /// <summary>Adds the part in a slot.</summary>
    public void Add(ReadOnlySpan<byte> slot, int index)
    {
        var part = slot[0] & 0x3F;
        if ((slot[0] & FatSlot.LastPart) != 0)
        {
            if (part is 0 or > 20)
            {
                Clear();
                return;
            }
            (_missing, _checksum, FirstSlot, _length, _isWhole) = (part, slot[13], index, part * FatSlot.UnitsPerPart, false);
        }
        if (_missing == 0 || part != _missing || slot[13] != _checksum)
        {
            Clear();
            return;
        }
        FatSlot.ReadPart(slot, _units.AsSpan((part - 1) * FatSlot.UnitsPerPart));
        _isWhole = --_missing == 0;
    }

    /// <summary>The name, where it is whole and belongs to the short name in a slot; else null.</summary>
    public string? TakeFor(ReadOnlySpan<byte> slot)
    {
        if (!_isWhole || FatSlot.Checksum(slot) != _checksum)
        {
            return null;
        }
        var units = _units.AsSpan(0, _length);
        var end = units.IndexOf('\0');
        var name = new string(end < 0 ? units : units[..end]);
        return FatName.IsPossible(name) ? name : null;
    }
}
