using System.Buffers.Binary;
using System.Text;
using XenKube.Disks;

namespace XenKube.Boot.Protocol;

/// <summary>
/// What the reader tells the loader. The reader has parsed a guest's data and may be under the guest's control: the loader takes
/// nothing here for more than a claim.
/// </summary>
internal sealed record Answer
{
    /// <summary>The longest answer, in bytes: both copies of the largest partition table, and texts.</summary>
    public const int MaximumSize = (2 * Devices.ImageLimits.PartitionEntryBytes) + (256 << 10);

    private const int MaximumSentences = 64;
    private const int MaximumSteps = 2;
    private const int MaximumWrites = 2;

    /// <summary>Why nothing is booted; empty where something is.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What to do about it; empty where nothing is known.</summary>
    public string Advice { get; init; } = "";

    /// <summary>What is said in xl's log.</summary>
    public IReadOnlyList<string> Sentences { get; init; } = [];

    /// <summary>The command line of the kernel.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>The writes that take the try, in steps.</summary>
    public IReadOnlyList<IReadOnlyList<DiskWrite>> Steps { get; init; } = [];

    private static ReadOnlySpan<byte> Magic => "XENKUBE1"u8;

    /// <summary>The answer as bytes.</summary>
    public byte[] Encode()
    {
        var bytes = new MemoryStream();
        bytes.Write(Magic);
        Write(bytes, Problem);
        Write(bytes, Advice);
        Write(bytes, Math.Min(Sentences.Count, MaximumSentences));
        foreach (var sentence in Sentences.Take(MaximumSentences))
        {
            Write(bytes, sentence);
        }
        Write(bytes, CommandLine);
        Write(bytes, Steps.Count);
        foreach (var step in Steps)
        {
            Write(bytes, step.Count);
            foreach (var write in step)
            {
                Write(bytes, write.Offset);
                Write(bytes, write.Bytes.Span);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an answer.</exception>
    public static Answer Decode(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        if (!Take(ref rest, Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException("it does not begin as an answer");
        }
        var (problem, advice) = (TakeText(ref rest), TakeText(ref rest));
        var sentences = new string[TakeCount(ref rest, MaximumSentences)];
        for (var i = 0; i < sentences.Length; i++)
        {
            sentences[i] = TakeText(ref rest);
        }
        var commandLine = TakeText(ref rest);
        var steps = new IReadOnlyList<DiskWrite>[TakeCount(ref rest, MaximumSteps)];
        for (var i = 0; i < steps.Length; i++)
        {
            var writes = new DiskWrite[TakeCount(ref rest, MaximumWrites)];
            for (var k = 0; k < writes.Length; k++)
            {
                var offset = BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, sizeof(long)));
                writes[k] = new DiskWrite(offset, TakeBytes(ref rest).ToArray());
            }
            steps[i] = writes;
        }
        return rest.IsEmpty
            ? new Answer { Problem = problem, Advice = advice, Sentences = sentences, CommandLine = commandLine, Steps = steps }
            : throw new InvalidDataException("something follows the answer");
    }

    private static void Write(MemoryStream bytes, int value) => bytes.Write(BitConverter.GetBytes(value));

    private static void Write(MemoryStream bytes, long value) => bytes.Write(BitConverter.GetBytes(value));

    private static void Write(MemoryStream bytes, ReadOnlySpan<byte> value)
    {
        Write(bytes, value.Length);
        bytes.Write(value);
    }

    private static void Write(MemoryStream bytes, string value) => Write(bytes, Encoding.UTF8.GetBytes(value));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if (count < 0 || count > rest.Length)
        {
            throw new InvalidDataException("it ends too early");
        }
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static ReadOnlySpan<byte> TakeBytes(ref ReadOnlySpan<byte> rest) => Take(ref rest, TakeCount(ref rest, int.MaxValue));

    private static string TakeText(ref ReadOnlySpan<byte> rest) => Encoding.UTF8.GetString(TakeBytes(ref rest));

    private static int TakeCount(ref ReadOnlySpan<byte> rest, int maximum)
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, sizeof(int)));
        return count >= 0 && count <= maximum ? count : throw new InvalidDataException($"it has an impossible count of {count}");
    }
}
