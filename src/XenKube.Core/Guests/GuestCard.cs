using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>A network card that a guest has besides its first one.</summary>
/// <param name="Bridge">The bridge on dom0.</param>
public sealed record GuestCard(string Bridge)
{
    /// <summary>Xen's own range of MAC addresses, of which the last three bytes are free.</summary>
    private const string XenPrefix = "00:16:3e";

    /// <summary>The MAC address; null for one that is made from the guest's name, and so stays the same.</summary>
    public MacAddress? MacAddress { get; init; }

    /// <summary>The VLAN, 1 to 4094; null for none.</summary>
    public int? Vlan { get; init; }

    /// <summary>The script that attaches it; null for xl's own.</summary>
    public string? Script { get; init; }

    /// <summary>The model; null for that of the first card.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Reads a card: a bridge, or options as in xl's vif: <c>bridge=xenbr1,mac=…,vlan=42,script=vif-openvswitch,model=…</c>.
    /// </summary>
    /// <param name="text">The card.</param>
    /// <exception cref="InvalidInputException">It has an option that is not one of these, or no bridge.</exception>
    public static GuestCard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var card = new GuestCard("");
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k.Trim(), v.Trim()) : ("bridge", part);
            card = key switch
            {
                "bridge" => card with { Bridge = value },
                "mac" => card with { MacAddress = Networks.MacAddress.Parse(value) },
                "vlan" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var vlan) => card with { Vlan = vlan },
                "script" => card with { Script = value },
                "model" => card with { Model = value },
                _ => throw Invalid(text),
            };
        }
        return card.Bridge.Length > 0 ? card : throw Invalid(text);
    }

    /// <summary>The address that a card without one gets: always the same for a guest and a place, and no other guest's.</summary>
    /// <param name="guest">The guest's name.</param>
    /// <param name="index">The number of the card, from 1.</param>
    /// <param name="isTaken">Whether another card has an address.</param>
    internal static MacAddress AddressOf(string guest, int index, Func<MacAddress, bool> isTaken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{guest}/{index}/{attempt}")));
            var address = Networks.MacAddress.Parse(string.Create(CultureInfo.InvariantCulture,
                $"{XenPrefix}:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}"));
            if (!isTaken(address))
            {
                return address;
            }
        }
    }

    private static InvalidInputException Invalid(string text) =>
        new(ErrorIds.GuestConfigInvalid, null, null, $"'{Printable.Of(text)}' is not a network card",
            "Write a bridge, or bridge=…,mac=…,vlan=…,script=…,model=…");

    /// <inheritdoc/>
    public override string ToString() => Bridge;
}
