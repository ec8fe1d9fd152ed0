namespace XenKube.Guests;

/// <summary>Names of domains that mean one thing only, to xl and to a person.</summary>
public static class GuestName
{
    /// <summary>The most characters a name may have.</summary>
    public const int MaxLength = 63;

    /// <summary>Refuses a name that xl would take for something else, or that could be an option or a path.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static void Check(string name)
    {
        if (Refusal(name) is { } reason)
        {
            throw new InvalidInputException(ErrorIds.GuestNameInvalid, null, null,
                $"'{Printable.Of(name)}' cannot be a guest's name: {reason}",
                "Use letters, digits, '-', '_' and '.', beginning with a letter, as in etcd-node-1");
        }
    }

    /// <summary>Why a name cannot be used; null when it can.</summary>
    /// <param name="name">The name.</param>
    public static string? Refusal(string? name) => name switch
    {
        null or "" => "it is empty",
        { Length: > MaxLength } => "it is longer than 63 characters",
        "Domain-0" => "it is dom0's own",
        _ when name.All(char.IsAsciiDigit) => "xl takes a name of digits for a domain's number, and would stop another guest",
        _ when !char.IsAsciiLetterOrDigit(name[0]) => "it does not begin with a letter or digit",
        _ when name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '+')) =>
            "it has a character that is not a letter, digit, '-', '_' or '.'",
        _ => null,
    };

    /// <summary>The name of the guest of a configuration.</summary>
    /// <param name="configPath">The configuration.</param>
    /// <exception cref="InvalidInputException">The name cannot be a guest's.</exception>
    internal static string Of(string configPath)
    {
        var config = XenGuestConfig.Read(configPath);
        if (Refusal(config.Name) is { } reason)
        {
            throw new InvalidInputException(ErrorIds.GuestNameInvalid, configPath, config.PlaceOf("name"),
                $"'{Printable.Of(config.Name)}' cannot be a guest's name: {reason}");
        }
        return config.Name!;
    }
}
