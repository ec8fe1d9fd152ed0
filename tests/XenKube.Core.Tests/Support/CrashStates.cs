using System.Runtime.InteropServices;

namespace XenKube.Tests.Support;

/// <summary>
/// What a disk can hold after power was lost. Everything before the last completed flush is there; of the writes after it
/// any may be there or not, and each may be there in parts of whole sectors.
/// </summary>
internal sealed class CrashStates(ReadOnlySpan<byte> initial, IReadOnlyList<RecordedWrite> events, int seed, int randomSubsets, int tornWrites)
{
    private const int SectorSize = 512;
    private readonly SparseImage _initial = SparseImage.Of(initial);
    private readonly Random _random = new(seed);
    private readonly HashSet<long> _seen = [];
    private readonly List<long> _touched = [.. events.Where(e => !e.IsFlush)
        .SelectMany(e => Sectors(e)).Distinct().Order()];

    /// <summary>States tried so far, those included that came out the same as one before.</summary>
    public int Tried { get; private set; }

    /// <summary>States with a content of their own.</summary>
    public int Distinct => _seen.Count;

    /// <summary>All states, each content once.</summary>
    public IEnumerable<(string Name, SparseImage Image)> All()
    {
        var image = _initial;
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
            image = image.With(epoch);
            epoch.Clear();
            number++;
        }
    }

    private IEnumerable<(string Name, SparseImage Image)> OfEpoch(SparseImage before, List<RecordedWrite> epoch)
    {
        for (var count = 0; count <= epoch.Count; count++)
        {
            yield return ($"the first {count} of {epoch.Count} writes", before.With(epoch.Take(count)));
        }
        for (var missing = 0; missing < epoch.Count; missing++)
        {
            var dropped = missing;
            yield return ($"all but write {missing}", before.With(epoch.Where((_, index) => index != dropped)));
            yield return ($"only write {missing}", before.With([epoch[missing]]));
        }
        for (var i = 0; i < randomSubsets && epoch.Count > 1; i++)
        {
            yield return ($"random subset {i}", before.With(epoch.Where(_ => _random.Next(2) == 0).ToList()));
        }
        for (var i = 0; i < tornWrites && epoch.Count > 0; i++)
        {
            // Every write whole or missing, one of them torn; every other time all of them torn.
            var torn = _random.Next(epoch.Count);
            var all = i % 2 == 1;
            var parts = epoch.SelectMany((write, index) => index == torn || all ? Tear(write) : _random.Next(2) == 0 ? [write] : []).ToList();
            yield return ($"torn {i} at write {torn}", before.With(parts));
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

    private bool IsNew(SparseImage image)
    {
        // Only sectors that were ever written can differ.
        Span<byte> bytes = stackalloc byte[SectorSize];
        var hash = 14695981039346656037UL;
        foreach (var sector in _touched)
        {
            var content = bytes[..(int)Math.Min(SectorSize, image.Length - sector * SectorSize)];
            image.Read(sector * SectorSize, content);
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(content))
            {
                hash = (hash ^ word) * 1099511628211UL;
                hash ^= hash >> 29;
            }
        }
        return _seen.Add((long)hash);
    }

    private static IEnumerable<long> Sectors(RecordedWrite write)
    {
        for (var sector = write.Offset / SectorSize; sector * SectorSize < write.Offset + write.Bytes!.Length; sector++)
        {
            yield return sector;
        }
    }
}
