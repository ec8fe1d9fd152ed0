namespace XenKube.Guests;

/// <summary>Guest types as xl writes them.</summary>
internal static class GuestTypes
{
    public static string ToXl(this GuestType type) => type switch
    {
        GuestType.PVH => "pvh",
        GuestType.HVM => "hvm",
        _ => "pv",
    };

    /// <summary>The type that <c>type</c> and the older <c>builder</c> ask for; pv where nothing is said.</summary>
    public static GuestType FromXl(string? type, string? builder) => (type ?? (builder == "hvm" ? "hvm" : "pv")) switch
    {
        "pvh" => GuestType.PVH,
        "hvm" => GuestType.HVM,
        _ => GuestType.PV,
    };
}
