using System.Text;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>Contents that are hard on some part of a bzip2 decoder.</summary>
internal static class Samples
{
    /// <summary>Names that <see cref="Make"/> knows, with a length.</summary>
    public static readonly string[] Kinds = ["random", "fibonacci", "thue-morse", "text", "zeros", "ones", "period-3", "period-5", "ramps", "two-values", "medium-runs", "image"];

    public static byte[] Make(string kind, int length)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        switch (kind)
        {
            case "random":
                random.NextBytes(bytes);
                break;
            case "fibonacci":
                var (shorter, longer) = ("a", "ab");
                while (longer.Length < length)
                {
                    (shorter, longer) = (longer, longer + shorter);
                }
                Encoding.ASCII.GetBytes(longer.AsSpan(0, length), bytes);
                break;
            case "thue-morse":
                Fill(bytes, i => (byte)('0' + (System.Numerics.BitOperations.PopCount((uint)i) & 1)));
                break;
            case "text":
                var words = Enumerable.Range(0, 400).Select(i => new string([.. Enumerable.Range(0, 1 + random.Next(9)).Select(_ => (char)('a' + random.Next(26)))])).ToArray();
                var text = new StringBuilder();
                while (text.Length < length)
                {
                    text.Append(words[Math.Min(random.Next(400), random.Next(400))]).Append(random.Next(12) == 0 ? '\n' : ' ');
                }
                Encoding.ASCII.GetBytes(text.ToString().AsSpan(0, length), bytes);
                break;
            case "zeros":
                break;
            case "ones":
                bytes.AsSpan().Fill(0xff);
                break;
            case "period-3":
                Fill(bytes, i => (byte)"abc"[i % 3]);
                break;
            case "period-5":
                // Its transform looks like that of zeros with their run lengths.
                Fill(bytes, i => (byte)(i % 5 == 4 ? 251 : i % 5));
                break;
            case "ramps":
                Fill(bytes, i => (byte)(i * (1 + (i >> 12))));
                break;
            case "two-values":
                Fill(bytes, _ => (byte)(random.Next(40) == 0 ? 255 : 0));
                break;
            case "medium-runs":
                // Runs long enough to be coded, too short to be handed on as runs: a block grows fifty-fold in memory.
                for (var i = 0; i < length;)
                {
                    var run = Math.Min(random.Next(200, 260), length - i);
                    bytes.AsSpan(i, run).Fill((byte)(i & 0x7f));
                    i += run;
                }
                break;
            case "image":
                for (var i = 0; i < length;)
                {
                    var run = Math.Min(random.Next(1, 60_000), length - i);
                    var part = bytes.AsSpan(i, run);
                    switch (random.Next(5))
                    {
                        case 0:
                            random.NextBytes(part);
                            break;
                        case 1:
                            part.Fill((byte)random.Next(256));
                            break;
                        case 2 when i > run:
                            bytes.AsSpan(i - run, run).CopyTo(part);
                            break;
                        case 3:
                            for (var k = 0; k < part.Length; k++)
                            {
                                part[k] = (byte)(k / 64 % 7 * (k % 3));
                            }
                            break;
                        default:
                            break;
                    }
                    i += run;
                }
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such sample");
        }
        return bytes;
    }

    private static void Fill(byte[] bytes, Func<int, byte> value)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = value(i);
        }
    }
}
