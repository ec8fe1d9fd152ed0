namespace XenKube.Booting;

/// <summary>As what Xen starts a kernel.</summary>
public enum BootGuestType
{
    /// <summary>Paravirtualised in a hardware container: the command line has 2047 characters at most.</summary>
    Pvh,

    /// <summary>Paravirtualised: the command line has 1023 characters at most.</summary>
    Pv,
}
