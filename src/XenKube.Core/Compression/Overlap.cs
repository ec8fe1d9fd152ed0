using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace XenKube.Compression;

/// <summary>Copies of a history that may run into themselves: a distance of 1 repeats one byte.</summary>
internal static class Overlap
{
    /// <summary>Bytes after the end of a copy that may be overwritten: short copies go in steps of 16 bytes.</summary>
    public const int Slack = 32;

    private const int Step = 16;
    private const int Short = 64;

    /// <summary>Copies bytes within an array to a later place.</summary>
    /// <param name="buffer">The array, with <see cref="Slack"/> after the copy.</param>
    /// <param name="at">Where the copy begins.</param>
    /// <param name="distance">How far before that the source begins, at least 1.</param>
    /// <param name="length">How many bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(byte[] buffer, int at, int distance, int length)
    {
        if (distance >= Step && length <= Short)
        {
            CopySteps(buffer, at - distance, buffer, at, length);
        }
        else
        {
            CopyLong(buffer, at, distance, length);
        }
    }

    /// <summary>Copies bytes from one array to another; both have <see cref="Slack"/> after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(byte[] source, int from, byte[] target, int to, int length)
    {
        if (length > Short)
        {
            source.AsSpan(from, length).CopyTo(target.AsSpan(to));
        }
        else
        {
            CopySteps(source, from, target, to, length);
        }
    }

    private static void CopySteps(byte[] source, int from, byte[] target, int to, int length)
    {
        for (; length > 0; length -= Step, from += Step, to += Step)
        {
            Vector128.Create<byte>(source.AsSpan(from, Step)).CopyTo(target.AsSpan(to, Step));
        }
    }

    private static void CopyLong(byte[] buffer, int at, int distance, int length)
    {
        if (distance == 1)
        {
            buffer.AsSpan(at, length).Fill(buffer[at - 1]);
            return;
        }
        // The copied bytes double the source of the next copy.
        var from = at - distance;
        while (length > 0)
        {
            var step = Math.Min(length, at - from);
            buffer.AsSpan(from, step).CopyTo(buffer.AsSpan(at));
            at += step;
            length -= step;
        }
    }
}
