namespace XenKube.Tests.Support;

/// <summary>
/// What a disk can hold after power was lost. Everything before the last completed flush is there; of the writes after it
/// any may be there or not, and each may be there in parts of whole sectors.
/// </summary>
internal sealed class CrashStates(byte[] initial, IReadOnlyList<RecordedWrite> events, int seed, int randomSubsets, int tornWrites)
{
    private const int SectorSize = 512;
    private readonly Random _random = new(seed);
    private readonly HashSet<long> _seen = [];
    private readonly List<long> _touched = [.. events.Where(e => !e.IsFlush)
        .SelectMany(e => Sectors(e)).Distinct().Order()];

    /// <summary>States tried so far, those included that came out the same as one before.</summary>
    public int Tried { get; private set; }

    /// <summary>States with a content of their own.</summary>
    public int Distinct => _seen.Count;

    /// <summary>All states, each content once. The array is the caller's.</summary>
    public IEnumerable<(string Name, byte[] Image)> All()
    {
        var image = (byte[])initial.Clone();
        var epoch = new List<RecordedWrite>();
        var number = 0;
        foreach (var e in events.Append(default))
        {
            if (!e.IsFlush)
            {
                epoch.Add(e);
                continue;
            }
            foreach (var (name, state) in OfEpoch(image, epoch))
            {
                Tried++;
                if (IsNew(state))
                {
                    yield return ($"between flush {number} and {number + 1}: {name}", state);
                }
            }
            foreach (var write in epoch)
            {
                Apply(image, write);
            }
            epoch.Clear();
            number++;
        }
    }

    private IEnumerable<(string Name, byte[] Image)> OfEpoch(byte[] before, List<RecordedWrite> epoch)
    {
        for (var count = 0; count <= epoch.Count; count++)
        {
            yield return ($"the first {count} of {epoch.Count} writes", With(before, epoch.Take(count)));
        }
        for (var missing = 0; missing < epoch.Count; missing++)
        {
            var dropped = missing;
            yield return ($"all but write {missing}", With(before, epoch.Where((_, index) => index != dropped)));
            yield return ($"only write {missing}", With(before, [epoch[missing]]));
        }
        for (var i = 0; i < randomSubsets && epoch.Count > 1; i++)
        {
            yield return ($"random subset {i}", With(before, epoch.Where(_ => _random.Next(2) == 0).ToList()));
        }
        for (var i = 0; i < tornWrites && epoch.Count > 0; i++)
        {
            // Every write whole or missing, one of them torn; every other time all of them torn.
            var torn = _random.Next(epoch.Count);
            var all = i % 2 == 1;
            var parts = epoch.SelectMany((write, index) => index == torn || all ? Tear(write) : _random.Next(2) == 0 ? [write] : []).ToList();
            yield return ($"torn {i} at write {torn}", With(before, parts));
        }
    }

    private List<RecordedWrite> Tear(RecordedWrite write)
    {
        var parts = new List<RecordedWrite>();
        var bytes = write.Bytes!;
        for (var at = 0L; at < bytes.Length;)
        {
            var length = (int)Math.Min(bytes.Length - at, SectorSize - (write.Offset + at) % SectorSize);
            if (_random.Next(2) == 0)
            {
                parts.Add(new RecordedWrite(write.Offset + at, bytes.AsSpan((int)at, length).ToArray()));
            }
            at += length;
        }
        return parts;
    }

    private bool IsNew(byte[] image)
    {
        // Only sectors that were ever written can differ.
        var hash = 14695981039346656037UL;
        foreach (var sector in _touched)
        {
            var end = Math.Min((sector + 1) * SectorSize, image.Length);
            foreach (var word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(image.AsSpan((int)(sector * SectorSize), (int)(end - sector * SectorSize))))
            {
                hash = (hash ^ word) * 1099511628211UL;
                hash ^= hash >> 29;
            }
        }
        return _seen.Add((long)hash);
    }

    private static byte[] With(byte[] before, IEnumerable<RecordedWrite> writes)
    {
        var image = (byte[])before.Clone();
        foreach (var write in writes)
        {
            Apply(image, write);
        }
        return image;
    }

    private static void Apply(byte[] image, RecordedWrite write) => write.Bytes.CopyTo(image.AsSpan((int)write.Offset));

    private static IEnumerable<long> Sectors(RecordedWrite write)
    {
        for (var sector = write.Offset / SectorSize; sector * SectorSize < write.Offset + write.Bytes!.Length; sector++)
        {
            yield return sector;
        }
    }
}
