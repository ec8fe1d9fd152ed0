namespace XenKube.Ignition.Rules;

/// <summary>The written form of a partition's GUID.</summary>
/// <remarks>Held against Ignition 0.35.0 and 2.16.2.</remarks>
internal static class GptGuid
{
    /// <summary>What the reference says of any other form.</summary>
    public const string FormMessage = "doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"";

    /// <summary>Whether the text is 8-4-4-4-12 hex digits of either case.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length != 36)
        {
            return false;
        }
        for (var i = 0; i < 36; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }
        return true;
    }
}
