using System.Globalization;

namespace XenKube.FileSystems;

/// <summary>Owner and group of a file in a guest, by their numbers: the guest's names mean nothing on this host.</summary>
public static class FileOwner
{
    /// <summary>Reads <c>500</c>, <c>500:500</c> or <c>:500</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="user">The owner; null where none is named.</param>
    /// <param name="group">The group; null where none is named.</param>
    public static bool TryParse(string? text, out long? user, out long? group)
    {
        (user, group) = (null, null);
        var parts = (text ?? "").Split(':');
        return parts.Length <= 2 && parts.Any(part => part.Length > 0) && TryNumber(parts[0], out user)
            && (parts.Length == 1 || TryNumber(parts[1], out group));
    }

    private static bool TryNumber(string text, out long? number)
    {
        number = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return number is not null || text.Length == 0;
    }
}
