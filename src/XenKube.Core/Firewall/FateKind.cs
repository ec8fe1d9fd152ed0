namespace XenKube.Firewall;

/// <summary>Whether a packet arrives.</summary>
internal enum FateKind
{
    /// <summary>It arrives.</summary>
    Open,

    /// <summary>It does not.</summary>
    Closed,

    /// <summary>Nobody can tell from the rules alone.</summary>
    CannotTell,
}
