using System.Globalization;

namespace XenKube.Ignition.Rules;

/// <summary>A version of the Ignition specification, such as 3.4.0. The format of 2014, which came before it, is 1.0.0 here.</summary>
/// <param name="Major">The generation.</param>
/// <param name="Minor">The version within the generation; the third number was always 0.</param>
/// <param name="IsExperimental">Whether it is not settled yet.</param>
internal readonly record struct IgnitionSpec(int Major, int Minor, bool IsExperimental = false) : IComparable<IgnitionSpec>
{
    /// <summary>The format of 2014, <c>"ignitionVersion": 1</c>.</summary>
    public static readonly IgnitionSpec V1 = new(1, 0);

    /// <summary>Spec 2.0.0.</summary>
    public static readonly IgnitionSpec V2_0 = new(2, 0);

    /// <summary>Spec 2.1.0.</summary>
    public static readonly IgnitionSpec V2_1 = new(2, 1);

    /// <summary>Spec 2.2.0.</summary>
    public static readonly IgnitionSpec V2_2 = new(2, 2);

    /// <summary>Spec 2.3.0.</summary>
    public static readonly IgnitionSpec V2_3 = new(2, 3);

    /// <summary>Spec 2.4.0.</summary>
    public static readonly IgnitionSpec V2_4 = new(2, 4);

    /// <summary>Spec 3.0.0.</summary>
    public static readonly IgnitionSpec V3_0 = new(3, 0);

    /// <summary>Spec 3.1.0.</summary>
    public static readonly IgnitionSpec V3_1 = new(3, 1);

    /// <summary>Spec 3.2.0.</summary>
    public static readonly IgnitionSpec V3_2 = new(3, 2);

    /// <summary>Spec 3.3.0.</summary>
    public static readonly IgnitionSpec V3_3 = new(3, 3);

    /// <summary>Spec 3.4.0.</summary>
    public static readonly IgnitionSpec V3_4 = new(3, 4);

    /// <summary>Spec 3.5.0.</summary>
    public static readonly IgnitionSpec V3_5 = new(3, 5);

    /// <summary>Spec 3.6.0.</summary>
    public static readonly IgnitionSpec V3_6 = new(3, 6);

    /// <summary>Spec 3.7.0-experimental.</summary>
    public static readonly IgnitionSpec V3_7 = new(3, 7, IsExperimental: true);

    public static bool operator <(IgnitionSpec left, IgnitionSpec right) => left.CompareTo(right) < 0;

    public static bool operator >(IgnitionSpec left, IgnitionSpec right) => left.CompareTo(right) > 0;

    public static bool operator <=(IgnitionSpec left, IgnitionSpec right) => left.CompareTo(right) <= 0;

    public static bool operator >=(IgnitionSpec left, IgnitionSpec right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(IgnitionSpec other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <summary>The version as a config declares it: <c>3.4.0</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.0{(IsExperimental ? "-experimental" : "")}");
}
