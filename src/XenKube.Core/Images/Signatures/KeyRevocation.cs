
namespace XenKube.Images.Signatures;

/// <summary>A revocation that verifies.</summary>
/// <param name="Date">When it was made, in seconds since 1970.</param>
/// <param name="Reason">The reason's number (RFC 4880 section 5.2.3.23), or null.</param>
internal readonly record struct KeyRevocation(long Date, int? Reason)
{
    /// <summary>Superseded (1) and retired (3) leave older signatures as they are; everything else may mean a thief.</summary>
    public bool IsHard => Reason is not (1 or 3);

    public bool Applies(long signed) => IsHard || signed > Date;

    public override string ToString() => Reason switch
    {
        1 => "superseded",
        2 => "compromised",
        3 => "retired",
        _ => "no reason given",
    };
}
