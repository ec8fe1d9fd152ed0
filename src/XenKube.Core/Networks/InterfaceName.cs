namespace XenKube.Networks;

/// <summary>
/// Names of network interfaces and bridges. They go into configurations, rules and names of units, so they are plain words.
/// </summary>
public static class InterfaceName
{
    /// <summary>The most characters the kernel takes (IFNAMSIZ without the final zero).</summary>
    public const int MaxLength = 15;

    /// <summary>Says whether a name may be used.</summary>
    /// <param name="name">The name.</param>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Throws if a name cannot be used.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name.</returns>
    /// <exception cref="InvalidInputException">It cannot.</exception>
    public static string Check(string? name) => IsValid(name)
        ? name!
        : throw new InvalidInputException(ErrorIds.InterfaceNameInvalid, null, null,
            $"'{Printable.Of(name)}' is not the name of a bridge or network interface",
            "Use letters, digits, '-', '_' and '.', beginning with a letter or digit, at most 15 characters");
}
