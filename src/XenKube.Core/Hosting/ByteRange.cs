using System.Globalization;

namespace XenKube.Hosting;

/// <summary>The part of a file that a Range field asks for, RFC 9110 section 14: one range of bytes.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    /// <summary>Reads a Range field.</summary>
    /// <param name="field">The field; null when there is none.</param>
    /// <param name="length">The file's length.</param>
    /// <param name="isUnsatisfiable">True when it asks for bytes beyond the file only.</param>
    /// <returns>The range; null where all of the file is to be sent, as for several ranges or one that cannot be read.</returns>
    public static ByteRange? Parse(string? field, long length, out bool isUnsatisfiable)
    {
        isUnsatisfiable = false;
        if (field is null || !field.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)
            || field["bytes=".Length..].Split('-') is not [var first, var last])
        {
            return null;
        }
        var hasFirst = long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start);
        var hasLast = long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var end);
        if ((!hasFirst && first.Length > 0) || (!hasLast && last.Length > 0) || (!hasFirst && !hasLast)
            || (hasFirst && hasLast && end < start))
        {
            return null;
        }
        if (!hasFirst)
        {
            start = Math.Max(0, length - end);
            isUnsatisfiable = end == 0 || length == 0;
            return isUnsatisfiable ? null : new ByteRange(start, length - start);
        }
        isUnsatisfiable = start >= length;
        return isUnsatisfiable ? null : new ByteRange(start, (hasLast ? Math.Min(end, length - 1) : length - 1) - start + 1);
    }
}
