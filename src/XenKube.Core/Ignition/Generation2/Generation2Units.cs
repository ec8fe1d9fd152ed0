using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation2;

/// <summary>The rules for units that are the same in every version of Ignition 2.</summary>
/// <remarks>Held against Ignition 0.35.0, and 01c039a in ct 0.5.0 and 8bc8a13 in ct 0.9.0.</remarks>
internal static class Generation2Units
{
    /// <summary>The extension of the name of a systemd unit.</summary>
    public static void UnitName(ConfigValue unit, FindingPlace at) => UnitExtension(unit["name"], at);

    /// <summary>The name of a systemd unit by itself, as in 2.0.0.</summary>
    public static void UnitExtension(ConfigValue name, FindingPlace at) =>
        at.Error(Rules.UnitName.IsSystemd(name.Text) ? null : "invalid systemd unit extension");

    /// <summary>The name of a drop-in by itself, as in 2.0.0.</summary>
    public static void DropinExtension(ConfigValue name, FindingPlace at) =>
        at.Error(Rules.UnitName.IsDropin(name.Text) ? null : "invalid systemd drop-in extension");

    /// <summary>A drop-in of a networkd unit.</summary>
    public static void NetworkdDropin(ConfigValue dropin, FindingPlace at)
    {
        UnitSyntax(dropin, at);
        at.Error(Rules.UnitName.IsDropin(dropin["name"].Text) ? null : "invalid networkd drop-in extension");
    }

    /// <summary>A networkd unit.</summary>
    public static void NetworkdUnit(ConfigValue unit, FindingPlace at)
    {
        UnitSyntax(unit, at);
        NetworkdExtension(unit["name"], at);
    }

    /// <summary>The name of a networkd unit by itself, as in 2.0.0.</summary>
    public static void NetworkdExtension(ConfigValue name, FindingPlace at) =>
        at.Error(Rules.UnitName.IsNetworkd(name.Text) ? null : "invalid networkd unit extension");

    /// <summary>The syntax of the contents of a unit or drop-in.</summary>
    public static void UnitSyntax(ConfigValue unit, FindingPlace at) =>
        at.Error(UnitText.Parse(unit["contents"].Text).Error is { } error ? $"invalid unit content: {error}" : null);
}
