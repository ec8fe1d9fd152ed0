namespace XenKube.Fuzz;

/// <summary>Changes inputs in small ways.</summary>
internal sealed class Mutation(Random random)
{
    private static readonly byte[] Interesting = [0, 1, 2, 4, 8, 16, 32, 64, 127, 128, 254, 255];
    private static readonly int[] Widths = [1, 2, 4, 8];

    /// <summary>A changed copy.</summary>
    /// <param name="input">The input.</param>
    /// <param name="places">Places of an image that mean something; empty where all do.</param>
    /// <param name="other">Another input to take pieces of.</param>
    /// <param name="isImage">True where bytes must stay at their places.</param>
    public byte[] Of(byte[] input, IReadOnlyList<int> places, byte[] other, bool isImage)
    {
        var bytes = (byte[])input.Clone();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            if (!isImage && random.Next(3) == 0)
            {
                bytes = Splice(bytes, other);
            }
            else if (bytes.Length > 0)
            {
                Change(bytes, places.Count > 0 && random.Next(8) > 0 ? places[random.Next(places.Count)] : random.Next(bytes.Length));
            }
        }
        return bytes;
    }

    private void Change(byte[] bytes, int at)
    {
        switch (random.Next(5))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] += (byte)random.Next(-4, 5);
                break;
            case 2:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                var width = Widths[random.Next(Widths.Length)];
                var value = Interesting[random.Next(Interesting.Length)];
                for (var i = 0; i < width && at + i < bytes.Length; i++)
                {
                    bytes[at + i] = i == 0 || random.Next(2) == 0 ? value : (byte)0;
                }
                break;
            default:
                // A field of the same image in the place of another: a block that is used twice, a directory in itself.
                var from = random.Next(bytes.Length);
                var count = Math.Min(Widths[random.Next(Widths.Length)], bytes.Length - Math.Max(at, from));
                Array.Copy(bytes, from, bytes, at, count);
                break;
        }
    }

    private byte[] Splice(byte[] bytes, byte[] other)
    {
        const int longest = 1 << 16;
        var at = random.Next(bytes.Length + 1);
        var removed = random.Next(Math.Min(16, bytes.Length - at) + 1);
        var from = random.Next(other.Length + 1);
        var added = bytes.Length > longest ? 0 : random.Next(Math.Min(64, other.Length - from) + 1);
        return [.. bytes.AsSpan(0, at), .. other.AsSpan(from, added), .. bytes.AsSpan(at + removed)];
    }
}
