using System.Reflection;
using System.Runtime.InteropServices;

namespace XenKube.Fuzz;

/// <summary>
/// The branches that a run of the library took, as SharpFuzz's instrumentation counts them: a map of 64 KiB, one byte for each pair of
/// places in the code. The counts go into classes, as in AFL: a loop that runs twice as often is something new.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    /// <summary>Gives the instrumented library its map.</summary>
    /// <exception cref="InvalidOperationException">The library is not instrumented.</exception>
    public Coverage(string directory)
    {
        var path = Path.Combine(directory, "SharpFuzz.Common.dll");
        var trace = File.Exists(path) ? Assembly.LoadFrom(path).GetType("SharpFuzz.Common.Trace") : null;
        var memory = trace?.GetField("SharedMem")
            ?? throw new InvalidOperationException("the library is not instrumented: start it by tests/fuzz.sh");
        memory.SetValue(null, Pointer.Box(_map, typeof(byte*)));
    }

    /// <summary>How many entries of the map were ever seen.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets the last run.</summary>
    public void Begin() => new Span<byte>(_map, Size).Clear();

    /// <summary>Whether the last run did what none before it did.</summary>
    public bool IsNew()
    {
        var found = false;
        var words = new Span<ulong>(_map, Size / sizeof(ulong));
        for (var word = 0; word < words.Length; word++)
        {
            if (words[word] == 0)
            {
                continue;
            }
            for (var i = word * sizeof(ulong); i < (word + 1) * sizeof(ulong); i++)
            {
                var bit = Class(_map[i]);
                if ((_seen[i] & bit) != bit)
                {
                    Count += _seen[i] == 0 ? 1 : 0;
                    _seen[i] |= bit;
                    found = true;
                }
            }
        }
        return found;
    }

    private static byte Class(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
