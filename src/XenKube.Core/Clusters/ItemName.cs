namespace XenKube.Clusters;

/// <summary>
/// Names of clusters and nodes. They become directories, host names and names of Xen domains, so they are letters,
/// digits, '-', '_' and '.', begin with a letter or digit, and have 63 characters at most (RFC 1123, section 2.1).
/// </summary>
public static class ItemName
{
    /// <summary>The longest name allowed.</summary>
    public const int MaximumLength = 63;

    /// <summary>Says whether a name may be used.</summary>
    /// <param name="name">The name.</param>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaximumLength }
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Throws if a name cannot be used.</summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">What it names, for the message: <c>cluster</c>, <c>node</c>.</param>
    /// <returns>The name.</returns>
    /// <exception cref="InvalidInputException">It cannot.</exception>
    public static string Check(string? name, string kind) => IsValid(name)
        ? name!
        : throw new InvalidInputException(
            ErrorIds.NameInvalid, null, null, $"'{Printable.Of(name)}' is not a valid {kind} name",
            $"Use letters, digits, '-', '_' and '.', beginning with a letter or digit, at most {MaximumLength} characters");
}
