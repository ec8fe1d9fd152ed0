namespace XenKube;

/// <summary>What a check found.</summary>
public enum CheckStatus
{
    /// <summary>As it should be.</summary>
    Pass,

    /// <summary>It may work, but look at it.</summary>
    Warn,

    /// <summary>It will not work.</summary>
    Fail,
}
