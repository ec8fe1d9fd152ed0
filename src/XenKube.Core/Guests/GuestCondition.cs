namespace XenKube.Guests;

/// <summary>What to wait for.</summary>
public enum GuestCondition
{
    /// <summary>Its domain runs.</summary>
    Running,

    /// <summary>Its address answers.</summary>
    Address,

    /// <summary>Its ssh server greets.</summary>
    Ssh,

    /// <summary>Its domain is gone.</summary>
    Gone,
}
