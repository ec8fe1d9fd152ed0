namespace XenKube.Hosting;

/// <summary>The time service that dom0 runs.</summary>
public enum TimeServerKind
{
    /// <summary>The ntp of the guide, /etc/ntp.conf.</summary>
    Ntp,

    /// <summary>NTPsec, which Debian 12 installs as ntp, /etc/ntpsec/ntp.conf.</summary>
    NtpSec,

    /// <summary>chrony, /etc/chrony/chrony.conf.</summary>
    Chrony,

    /// <summary>OpenNTPD, /etc/openntpd/ntpd.conf.</summary>
    OpenNtpd,
}
