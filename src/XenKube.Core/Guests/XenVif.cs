using System.Globalization;
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

    /// <summary>The MAC address as xl reads it (<c>0:16:3e:1:2:3</c> too); null where there is none or it is not one.</summary>
    public MacAddress? MacAddress => XlMacAddress.TryParse(MacText, out var address, out _) ? address : null;

    /// <summary>
    /// An option that xl does not recognise because of a blank before its '=', as in <c>mac = …</c>; null for none. xl says so, goes on,
    /// and the card has a default in its place.
    /// </summary>
    public string? IgnoredOption => Options.Select(option => option.Key).FirstOrDefault(key => key.AsSpan().IndexOfAny(' ', '\t') >= 0);

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
    /// <param name="script">The script in /etc/xen/scripts that attaches the card, such as <c>vif-openvswitch</c>; null for xl's
    /// own.</param>
    /// <param name="vlan">The VLAN, 1 to 4094; null for none. Open vSwitch's script takes it with the bridge, others as an option of
    /// xl's.</param>
    public static XenVif Create(MacAddress mac, string bridge = GuideDefaults.Bridge, string? model = GuideDefaults.NetworkModel,
        string? script = null, int? vlan = null)
    {
        var isOpenVSwitch = script is not null && Path.GetFileName(script).StartsWith("vif-openvswitch", StringComparison.Ordinal);
        CheckBridge(bridge, isOpenVSwitch);
        if (vlan is < 1 or > 4094)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, "the VLAN is not between 1 and 4094",
                "IEEE 802.1Q has no others");
        }
        if (model is not null)
        {
            CheckWord("model", model);
        }
        List<KeyValuePair<string, string>> options = [new("mac", mac.ToString())];
        if (model is not null)
        {
            options.Add(new("model", model));
        }
        // Open vSwitch: bridge.VLAN for an access port, bridge:VLAN:… for a trunk (xl-network-configuration(5)).
        options.Add(new("bridge", vlan is { } tag && isOpenVSwitch
            ? string.Create(CultureInfo.InvariantCulture, $"{bridge}.{tag}") : bridge));
        if (script is not null)
        {
            CheckWord("script", script.StartsWith('/') ? script.Replace('/', '-').TrimStart('-') : script);
            options.Add(new("script", script));
        }
        if (vlan is { } number && !isOpenVSwitch)
        {
            options.Add(new("vlan", number.ToString(CultureInfo.InvariantCulture)));
        }
        return new(options);
    }

    /// <summary>The same card with another value of an option, in its place; a new option comes last.</summary>
    /// <param name="name">The option.</param>
    /// <param name="value">Its value.</param>
    public XenVif With(string name, string value) => Options.Any(option => option.Key == name)
        ? new([.. Options.Select(option => option.Key == name ? new KeyValuePair<string, string>(name, value) : option)])
        : new([.. Options, new KeyValuePair<string, string>(name, value)]);

    /// <summary>Reads an item of <c>vif</c>; xl's own checks of it are not repeated here.</summary>
    /// <param name="text">The item.</param>
    public static XenVif Parse(string text) =>
        new([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Split)]);

    /// <summary>The item as it is written in the configuration.</summary>
    public override string ToString() => string.Join(',', Options.Select(option =>
        option.Value.Length == 0 ? option.Key : $"{option.Key}={option.Value}"));

    private static KeyValuePair<string, string> Split(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new(option, "") : new(option[..equals], option[(equals + 1)..].Trim());
    }

    /// <summary>With Open vSwitch's script, VLANs may follow the bridge.</summary>
    private static void CheckBridge(string bridge, bool isOpenVSwitch)
    {
        var end = isOpenVSwitch ? bridge.AsSpan().IndexOfAny('.', ':') : -1;
        InterfaceName.Check(end < 0 ? bridge : bridge[..end]);
        if (end >= 0 && bridge[end..].Split('.', ':').Skip(1).Any(part =>
            !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var tag) || tag is < 1 or > 4094))
        {
            throw new InvalidInputException(ErrorIds.InterfaceNameInvalid, null, null,
                $"'{Printable.Of(bridge)}' is not a bridge with VLANs", "Write BRIDGE.TAG, or BRIDGE:TAG:TAG for a trunk");
        }
    }

    private static void CheckWord(string what, string value)
    {
        if (value.Length is 0 or > 64 || value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null,
                $"'{Printable.Of(value)}' cannot be the {what} of a network card: letters, digits, '-', '_' and '.' only");
        }
    }
}
