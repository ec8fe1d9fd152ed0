using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>A network card in a guest's configuration: <c>mac=…,model=…,bridge=…</c>.</summary>
public sealed record XenVif
{
    private XenVif(IReadOnlyList<KeyValuePair<string, string>> options) => Options = options;

    /// <summary>Every option in its order, those that XenKube does not know included.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; }

    /// <summary>The MAC address as written, or null: xl then makes one up at each start.</summary>
    public string? MacText => this["mac"];

    /// <summary>The MAC address; null where there is none or it is not one.</summary>
    public MacAddress? MacAddress => Networks.MacAddress.TryParse(MacText, out var address) ? address : null;

    /// <summary>The bridge on dom0, or null for xl's default.</summary>
    public string? Bridge => this["bridge"];

    /// <summary>The card's model, or null.</summary>
    public string? Model => this["model"];

    /// <summary>An option's value, or null.</summary>
    /// <param name="name">The option.</param>
    public string? this[string name] => Options.LastOrDefault(option => option.Key == name).Value;

    /// <summary>The guide's card.</summary>
    /// <param name="mac">Its address.</param>
    /// <param name="bridge">The bridge on dom0.</param>
    /// <param name="model">The model; null to leave it out.</param>
    public static XenVif Create(MacAddress mac, string bridge = GuideDefaults.Bridge, string? model = GuideDefaults.NetworkModel)
    {
        InterfaceName.Check(bridge);
        if (model is not null)
        {
            CheckWord("model", model);
        }
        List<KeyValuePair<string, string>> options = [new("mac", mac.ToString())];
        if (model is not null)
        {
            options.Add(new("model", model));
        }
        options.Add(new("bridge", bridge));
        return new(options);
    }

    /// <summary>Reads an item of <c>vif</c>; xl's own checks of it are not repeated here.</summary>
    /// <param name="text">The item.</param>
    public static XenVif Parse(string text) =>
        new([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Split)]);

    /// <summary>The item as it is written in the configuration.</summary>
    public override string ToString() => string.Join(',', Options.Select(option => option.Value.Length == 0 ? option.Key : $"{option.Key}={option.Value}"));

    private static KeyValuePair<string, string> Split(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new(option, "") : new(option[..equals].Trim(), option[(equals + 1)..].Trim());
    }

    private static void CheckWord(string what, string value)
    {
        if (value.Length is 0 or > 64 || value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null, $"'{Printable.Of(value)}' cannot be the {what} of a network card: letters, digits, '-', '_' and '.' only");
        }
    }
}
