namespace XenKube.Posix;

/// <summary>What prctl(2) sets.</summary>
internal enum ProcessControl
{
    /// <summary>PR_SET_PDEATHSIG: the signal that the process gets when the one that started it ends.</summary>
    ParentDeathSignal = 1,

    /// <summary>PR_SET_NO_NEW_PRIVS: no program that is started gets rights which this process does not have.</summary>
    NoNewPrivileges = 38,
}
